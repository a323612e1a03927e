internal import PurSightClient

/// The distribution of a column as an SVG drawing.
enum HistogramDrawing {
  private static let width = 360.0
  private static let height = 96.0

  /// Bars over the range of numbers; the most frequent values as bars on their side otherwise.
  static func svg(_ column: ColumnProfile) -> HTML {
    if !column.histogram.isEmpty { return bars(column.histogram, column.column) }
    return column.topValues.isEmpty ? "" : frequent(column)
  }

  private static func bars(_ bins: [HistogramBin], _ name: String) -> HTML {
    let most = Double(max(bins.map(\.count).max() ?? 1, 1))
    let step = width / Double(bins.count)
    let drawn = bins.enumerated().map { index, bin -> HTML in
      let tall = max(Double(bin.count) / most * height, bin.count > 0 ? 1 : 0)
      let x = Double(index) * step
      let title =
        "\(Numbers.measured(bin.lower)) to \(Numbers.measured(bin.upper)): "
        + "\(Numbers.grouped(bin.count))"
      return """
        <rect x="\(x)" y="\(height - tall)" width="\(max(step - 1, 0.5))" height="\(tall)">\
        <title>\(title)</title></rect>
        """
    }
    let low = Numbers.measured(bins.first?.lower ?? 0)
    let high = Numbers.measured(bins.last?.upper ?? 0)
    return """
      <svg class="histogram" viewBox="0 0 \(width) \(height + 16)" role="img" \
      aria-label="Distribution of \(name)">\(drawn)\
      <text x="0" y="\(height + 13)">\(low)</text>\
      <text x="\(width)" y="\(height + 13)" text-anchor="end">\(high)</text></svg>
      """
  }

  private static let rowHeight = 17.0

  private static func frequent(_ column: ColumnProfile) -> HTML {
    let values = column.topValues
    let most = Double(max(values.map(\.count).max() ?? 1, 1))
    let drawn = values.enumerated().map { index, value -> HTML in
      let y = Double(index) * rowHeight
      let wide = max(Double(value.count) / most * width * 0.45, 1)
      let label = DisplayText.cut(DisplayText.printable(value.value ?? "null"), to: 22)
      return """
        <text x="\(width * 0.38)" y="\(y + 12)" text-anchor="end">\(label)</text>\
        <rect x="\(width * 0.4)" y="\(y + 2)" width="\(wide)" height="\(rowHeight - 4)"/>\
        <text x="\(width * 0.41 + wide)" y="\(y + 12)">\(Numbers.grouped(value.count))</text>
        """
    }
    return """
      <svg class="histogram" viewBox="0 0 \(width) \(rowHeight * Double(values.count))" role="img" \
      aria-label="Most frequent values of \(column.column)">\(drawn)</svg>
      """
  }
}
