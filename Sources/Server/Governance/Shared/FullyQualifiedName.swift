/// The name by which people know an asset: `source/segment/segment…`.
///
/// `/` and `%` inside a segment are percent-escaped. Compared bytewise.
package struct FullyQualifiedName: Hashable, Sendable {
  package static let maxBytes = 1024
  package static let maxSegments = 32

  package let text: String
  /// The segments, unescaped.
  package let segments: [String]

  /// - Parameter field: The request field that it stood in, for the error.
  package init(parsing text: String, field: String) throws(GovernanceError) {
    func refused(_ why: String) -> GovernanceError {
      GovernanceError(
        .invalid, field: field,
        "\"\(text.prefix(200))\" is not a fully qualified name: \(why). "
          + "Write segments with slashes between them, such as nycflights13/flights.")
    }
    guard !text.isEmpty else { throw refused("it is empty") }
    guard text.utf8.count <= Self.maxBytes else {
      throw refused("it is longer than \(Self.maxBytes) bytes")
    }
    guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
      throw refused("it holds a control character")
    }
    guard !UIDText.isValid(text) else { throw refused("it looks like a uid") }
    var segments: [String] = []
    for part in text.split(separator: "/", omittingEmptySubsequences: false) {
      guard !part.isEmpty else { throw refused("a segment is empty") }
      guard let segment = Self.unescape(part) else {
        throw refused("\"\(part)\" has a % that is not %2F or %25")
      }
      segments.append(segment)
    }
    guard segments.count <= Self.maxSegments else {
      throw refused("it has more than \(Self.maxSegments) segments")
    }
    self.text = text
    self.segments = segments
  }

  /// The last segment: what a list shows.
  package var leaf: String { segments[segments.count - 1] }

  /// A segment with `/` and `%` escaped.
  package static func escape(_ segment: String) -> String {
    var escaped = ""
    for character in segment.unicodeScalars {
      switch character {
      case "%": escaped += "%25"
      case "/": escaped += "%2F"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }

  private static func unescape(_ part: Substring) -> String? {
    guard part.utf8.contains(UInt8(ascii: "%")) else { return String(part) }
    var result = ""
    var rest = part[...]
    while let percent = rest.firstIndex(of: "%") {
      result += rest[..<percent]
      let code = rest[percent...].prefix(3).uppercased()
      switch code {
      case "%2F": result += "/"
      case "%25": result += "%"
      default: return nil
      }
      rest = rest[percent...].dropFirst(3)
    }
    return result + rest
  }
}
