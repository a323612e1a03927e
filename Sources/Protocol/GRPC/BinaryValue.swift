/// The value of a `-bin` header: standard base64, sent without padding, accepted with or without.
///
/// Source: gRPC over HTTP/2, "Binary-Value"; RFC 4648 §4.
package enum BinaryValue {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  package static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 4 + 2) / 3)
    var index = 0
    while index < bytes.count {
      let rest = bytes.count - index
      let group =
        UInt32(bytes[index]) << 16
        | (rest > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
        | (rest > 2 ? UInt32(bytes[index + 2]) : 0)
      for position in 0..<min(rest + 1, 4) {
        text.append(alphabet[Int(group >> UInt32(18 - 6 * position) & 63)])
      }
      index += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes, nil if `text` is no base64. Bits that do not count must be zero.
  package static func decode(_ text: UnsafeRawBufferPointer.SubSequence) -> [UInt8]? {
    var end = unsafe text.endIndex
    var padding = 0
    while unsafe end > text.startIndex, unsafe text[end - 1] == UInt8(ascii: "="), padding < 2 {
      end -= 1
      padding += 1
    }
    let count = unsafe end - text.startIndex
    if count % 4 == 1 || (padding > 0 && (count + padding) % 4 != 0) { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * 3 / 4)
    var (group, bits): (UInt32, UInt32) = (0, 0)
    for index in unsafe text.startIndex..<end {
      guard let value = unsafe sextet(text[index]) else { return nil }
      group = group << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: group >> bits))
      }
    }
    return group & (1 << bits - 1) == 0 ? bytes : nil
  }

  private static func sextet(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
