internal import PurSightRPC

/// The base64 of gRPC-Web's text form: bytes that arrive in pieces, each piece or frame perhaps
/// with its own padding. Pure; a value.
///
/// Source: grpc/grpc `doc/PROTOCOL-WEB.md`, "Text-encoded"; RFC 4648 §4.
struct Base64Stream {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Sextets of a group of four that is not complete.
  private var group: UInt32 = 0
  private var sextets = 0
  private var padding = 0

  /// The bytes of the groups that are complete with these characters.
  /// - Throws: `INVALID_ARGUMENT` for what is no base64.
  mutating func decode(_ text: UnsafeRawBufferPointer) throws(RPCError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3 + 3)
    for index in text.indices {
      let character = unsafe text[index]
      if character == UInt8(ascii: "=") {
        guard sextets >= 2 else { throw Self.malformed }
        padding += 1
      } else {
        guard padding == 0, let value = Self.value(character) else { throw Self.malformed }
        group = group << 6 | value
        sextets += 1
      }
      if sextets + padding == 4 { finishGroup(&bytes) }
    }
    return bytes
  }

  private mutating func finishGroup(_ bytes: inout [UInt8]) {
    let filled = group << UInt32(6 * padding)
    for index in 0..<(3 - padding) {
      bytes.append(UInt8(truncatingIfNeeded: filled >> UInt32(16 - 8 * index)))
    }
    (group, sextets, padding) = (0, 0, 0)
  }

  /// Takes the end of the text.
  /// - Throws: `INVALID_ARGUMENT` in the middle of a group.
  func finish() throws(RPCError) {
    guard sextets == 0 else { throw Self.malformed }
  }

  private static let malformed = RPCError(
    .invalidArgument, "The request's body is not base64, which its content-type says it is.")

  private static func value(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character) - 97 + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character) - 48 + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }

  /// Bytes as base64 with padding.
  static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let count = min(3, bytes.count - index)
      var group: UInt32 = 0
      for offset in 0..<3 {
        group = group << 8 | (offset < count ? UInt32(bytes[index + offset]) : 0)
      }
      for position in 0..<4 {
        text.append(
          position <= count
            ? alphabet[Int(group >> UInt32(18 - 6 * position) & 63)] : UInt8(ascii: "="))
      }
      index += count
    }
    return text
  }
}
