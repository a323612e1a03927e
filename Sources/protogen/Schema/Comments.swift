/// The leading comments of one file, by the path of what they stand before.
///
/// Source: `SourceCodeInfo` in descriptor.proto.
struct Comments {
  private var texts: [[Int32]: String] = [:]

  /// `info` is a `SourceCodeInfo`.
  init(_ info: WireMessage?) throws(ProtogenError) {
    for location in try info?.messages(1) ?? [] {
      let comment = location.text(DescriptorTag.Location.leadingComments)
      guard !comment.isEmpty else { continue }
      texts[try location.integers(DescriptorTag.Location.path)] = Self.trimmed(comment)
    }
  }

  subscript(_ path: [Int32]) -> String { texts[path] ?? "" }

  /// The comment of the first of these paths that has one.
  func first(_ paths: [Int32]...) -> String {
    paths.lazy.map { self[$0] }.first { !$0.isEmpty } ?? ""
  }

  /// Without the one blank behind `//`, and without blank lines at either end.
  private static func trimmed(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var line = line.hasPrefix(" ") ? line.dropFirst() : line
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    while lines.first?.isEmpty == true { lines.removeFirst() }
    return lines.joined(separator: "\n")
  }
}
