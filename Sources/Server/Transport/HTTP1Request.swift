/// The head of an HTTP/1.1 request, parsed strictly. Pure: bytes in, a decision out.
///
/// Only what the admin listener needs: GET and HEAD, no body. Whatever two parsers could read in
/// two ways (RFC 9112 §11) is refused: bare LF, folded lines, spaces around a name, a body's length
/// said twice or at all, other versions.
struct HTTP1Request: Equatable {
  enum Outcome: Equatable {
    /// The head is not complete.
    case incomplete
    /// A request, and how many bytes it took.
    case request(HTTP1Request, bytes: Int)
    /// To be answered with this status, and the connection closed.
    case refused(Int)
  }

  let method: String
  let path: String
  /// Whether the client wants the connection kept.
  let keepsAlive: Bool

  /// Longest head, in bytes.
  static let maxHeadBytes = 8 << 10
  /// Most fields of a head.
  static let maxFields = 64

  static func parse(_ bytes: [UInt8]) -> Outcome {
    guard let end = endOfHead(bytes) else {
      return bytes.count > maxHeadBytes ? .refused(431) : .incomplete
    }
    guard end <= maxHeadBytes else { return .refused(431) }
    var lines = split(bytes[..<(end - 4)])
    guard !lines.isEmpty, lines.count <= maxFields + 1,
      lines.allSatisfy({ $0.allSatisfy(isText) })
    else { return .refused(400) }
    let requestLine = lines.removeFirst().split(
      separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard requestLine.count == 3, !requestLine[0].isEmpty else { return .refused(400) }
    guard requestLine[2].elementsEqual("HTTP/1.1".utf8) else { return .refused(505) }
    guard requestLine[1].first == UInt8(ascii: "/") else { return .refused(400) }
    let method = String(decoding: requestLine[0], as: UTF8.self)
    guard method == "GET" || method == "HEAD" else { return .refused(405) }
    var (hosts, keepsAlive) = (0, true)
    for line in lines {
      guard let (name, value) = field(line) else { return .refused(400) }
      switch name {
      case "host": hosts += 1
      case "content-length" where value == "0": break
      case "content-length", "transfer-encoding": return .refused(400)
      case "expect": return .refused(417)
      case "connection":
        if value.lowercased().contains("close") { keepsAlive = false }
      default: break
      }
    }
    guard hosts == 1 else { return .refused(400) }
    let target = requestLine[1].prefix { $0 != UInt8(ascii: "?") }
    let request = HTTP1Request(
      method: method, path: String(decoding: target, as: UTF8.self), keepsAlive: keepsAlive)
    return .request(request, bytes: end)
  }

  /// The index behind CR LF CR LF.
  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    let pattern: [UInt8] = [13, 10, 13, 10]
    guard bytes.count >= pattern.count else { return nil }
    for start in 0...(bytes.count - pattern.count)
    where bytes[start] == 13 && bytes[start..<(start + 4)].elementsEqual(pattern) {
      return start + 4
    }
    return nil
  }

  /// Lines between CR LF; a bare CR or LF stays inside and is refused as no text.
  private static func split(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var (lines, start): ([ArraySlice<UInt8>], Int) = ([], bytes.startIndex)
    var index = bytes.startIndex
    while index + 1 < bytes.endIndex {
      if bytes[index] == 13 && bytes[index + 1] == 10 {
        lines.append(bytes[start..<index])
        start = index + 2
        index = start
      } else {
        index += 1
      }
    }
    lines.append(bytes[start...])
    return lines
  }

  private static func isText(_ byte: UInt8) -> Bool {
    byte == 9 || byte >= 0x20 && byte != 0x7F
  }

  /// A field line: a token, a colon, a value without the spaces around it (RFC 9112 §5).
  private static func field(_ line: ArraySlice<UInt8>) -> (name: String, value: String)? {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(isToken)
    else { return nil }
    var value = line[(colon + 1)...]
    while let first = value.first, first == 0x20 || first == 9 { value = value.dropFirst() }
    while let last = value.last, last == 0x20 || last == 9 { value = value.dropLast() }
    return (
      String(decoding: line[..<colon], as: UTF8.self).lowercased(),
      String(decoding: value, as: UTF8.self)
    )
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
