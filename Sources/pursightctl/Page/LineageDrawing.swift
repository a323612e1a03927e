internal import PurSightClient

/// Lineage as an SVG drawing: boxes from left to right, in the order in which data goes.
struct LineageDrawing {
  private let center: String
  private let links: [(from: String, to: String)]

  private static let boxWidth = 210.0
  private static let boxHeight = 34.0
  private static let gapX = 70.0
  private static let gapY = 14.0

  /// - Parameter center: The asset that the page is about.
  init(center: String, edges: [LineageEdge]) {
    self.center = center
    var seen: Set<String> = []
    links = edges.compactMap { edge in
      guard let from = edge.from?.fqn, let to = edge.to?.fqn, from != to else { return nil }
      return seen.insert(from + "\u{0}" + to).inserted ? (from, to) : nil
    }
  }

  /// The column of each box: how many steps it is up (negative) or down from the centre.
  var levels: [String: Int] {
    var levels = [center: 0]
    // Nearest first, each box once, so that a cycle ends.
    var open = [center]
    while let name = open.first {
      open.removeFirst()
      let level = levels[name] ?? 0
      for link in links {
        if link.from == name, levels[link.to] == nil, level >= 0 {
          levels[link.to] = level + 1
          open.append(link.to)
        }
        if link.to == name, levels[link.from] == nil, level <= 0 {
          levels[link.from] = level - 1
          open.append(link.from)
        }
      }
    }
    return levels
  }

  var svg: HTML {
    let levels = levels
    guard levels.count > 1 else { return "<p>No lineage is known yet.</p>" }
    let columns = Dictionary(grouping: levels.keys.sorted()) { levels[$0] ?? 0 }
    let first = columns.keys.min() ?? 0
    let tallest = Double(columns.values.map(\.count).max() ?? 1)
    let height = tallest * (Self.boxHeight + Self.gapY)
    var places: [String: (x: Double, y: Double)] = [:]
    for (level, names) in columns {
      let used = Double(names.count) * (Self.boxHeight + Self.gapY)
      for (index, name) in names.enumerated() {
        places[name] = (
          Double(level - first) * (Self.boxWidth + Self.gapX),
          (height - used) / 2 + Double(index) * (Self.boxHeight + Self.gapY) + Self.gapY / 2
        )
      }
    }
    let width = Double(columns.count) * (Self.boxWidth + Self.gapX) - Self.gapX
    let arrows = links.compactMap { link -> HTML? in
      guard let from = places[link.from], let to = places[link.to] else { return nil }
      return Self.arrow(from, to)
    }
    let boxes = places.sorted { $0.key < $1.key }.map { name, place in
      Self.box(name, place, isCenter: name == center)
    }
    return """
      <svg class="lineage" viewBox="-2 -2 \(width + 4) \(height + 4)" role="img" \
      aria-label="Lineage of \(center)" style="max-width: \(width)px">\
      <defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" \
      markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>\
      \(arrows)\(boxes)</svg>
      """
  }

  private static func arrow(_ from: (x: Double, y: Double), _ to: (x: Double, y: Double)) -> HTML {
    let (startX, startY) = (from.x + boxWidth, from.y + boxHeight / 2)
    let (endX, endY) = (to.x, to.y + boxHeight / 2)
    let middle = (startX + endX) / 2
    return """
      <path class="link" marker-end="url(#tip)" d="M\(startX) \(startY)C\(middle) \(startY) \
      \(middle) \(endY) \(endX) \(endY)"/>
      """
  }

  private static func box(
    _ name: String, _ place: (x: Double, y: Double), isCenter: Bool
  ) -> HTML {
    let label = DisplayText.cut(DisplayText.printable(name), to: 28)
    let kind: HTML = isCenter ? "box center" : "box"
    return """
      <g class="\(kind)"><title>\(name)</title><rect x="\(place.x)" y="\(place.y)" rx="5" \
      width="\(boxWidth)" height="\(boxHeight)"/><text x="\(place.x + boxWidth / 2)" \
      y="\(place.y + boxHeight / 2 + 4)" text-anchor="middle">\(label)</text></g>
      """
  }
}
