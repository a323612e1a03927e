internal import PurSightClient

/// A table for people: columns as wide as they have to be, cut where the terminal is too narrow.
struct Table {
  enum Alignment {
    case left, right
  }

  struct Column {
    let title: String
    var alignment = Alignment.left
  }

  struct Cell {
    var text: String
    var style = TextStyle.plain

    init(_ text: String, _ style: TextStyle = .plain) {
      self.text = text
      self.style = style
    }
  }

  var columns: [Column]
  var rows: [[Cell]] = []
  /// Whether the line of titles is printed.
  var hasHeader = true

  /// Blanks between two columns.
  private static let gap = 2
  /// Columns of text below which nothing is cut.
  private static let minCutWidth = 8

  /// The lines of the table.
  ///
  /// - Parameter width: Columns of the terminal; nil: nothing is cut.
  func lines(width: Int?, _ painter: Painter) -> [String] {
    let texts = rows.map { $0.map { DisplayText.printable($0.text) } }
    let widths = widths(texts, limit: width)
    var lines: [String] = []
    if hasHeader {
      let titles = columns.enumerated().map { index, column in
        pad(column.title, index, widths)
      }
      lines.append(painter.paint(joined(titles), .dim))
    }
    for (row, cells) in texts.enumerated() {
      let padded = cells.enumerated().map { index, text in
        let text = DisplayText.cut(text, to: widths[index])
        let blanks = String(repeating: " ", count: widths[index] - DisplayText.width(text))
        let painted = painter.paint(text, rows[row][index].style)
        return columns[index].alignment == .right ? blanks + painted : painted + blanks
      }
      lines.append(joined(padded))
    }
    return lines
  }

  private func joined(_ cells: [String]) -> String {
    let line = cells.joined(separator: String(repeating: " ", count: Self.gap))
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  private func pad(_ text: String, _ index: Int, _ widths: [Int]) -> String {
    let text = DisplayText.cut(text, to: widths[index])
    let blanks = String(repeating: " ", count: widths[index] - DisplayText.width(text))
    return columns[index].alignment == .right ? blanks + text : text + blanks
  }

  /// The width of each column; the widest columns of text give way first.
  private func widths(_ texts: [[String]], limit: Int?) -> [Int] {
    var widths = columns.enumerated().map { index, column in
      texts.reduce(hasHeader ? DisplayText.width(column.title) : 0) {
        max($0, DisplayText.width($1[index]))
      }
    }
    guard let limit else { return widths }
    let room = limit - Self.gap * (columns.count - 1)
    while widths.reduce(0, +) > room {
      let candidates = widths.indices.filter {
        columns[$0].alignment == .left && widths[$0] > Self.minCutWidth
      }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      // Down to the next widest at once, but no further than needed.
      let next = candidates.map { widths[$0] }.filter { $0 < widths[widest] }.max()
      let excess = widths.reduce(0, +) - room
      let target = max(widths[widest] - excess, next ?? Self.minCutWidth, Self.minCutWidth)
      widths[widest] = min(widths[widest] - 1, target)
    }
    return widths
  }
}
