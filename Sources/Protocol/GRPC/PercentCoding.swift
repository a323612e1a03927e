/// The coding of `grpc-message`: UTF-8 with everything but printable ASCII escaped.
///
/// Source: gRPC over HTTP/2, "Percent-Encoded".
package enum PercentCoding {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// Escapes the bytes outside 0x20–0x7E, and `%`. What would go over `limit` bytes is left out, a
  /// whole character at a time.
  package static func encode(_ text: String, limit: Int = .max) -> String {
    if text.utf8.count <= limit, text.utf8.allSatisfy(isPlain) { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(text.utf8.count * 2, limit))
    for scalar in text.unicodeScalars {
      let character = UTF8.encode(scalar).map(Array.init) ?? []
      if character.count == 1 && isPlain(character[0]) {
        if bytes.count == limit { break }
        bytes.append(character[0])
      } else {
        if bytes.count + 3 * character.count > limit { break }
        for byte in character {
          bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Undoes `encode`; never fails: what is no escape stays, and bad UTF-8 is repaired.
  package static func decode(_ value: UnsafeRawBufferPointer) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(value.count)
    var index = 0
    while index < value.count {
      let byte = unsafe value[index]
      if byte == UInt8(ascii: "%"), index + 2 < value.count,
        let high = unsafe digit(value[index + 1]), let low = unsafe digit(value[index + 2])
      {
        bytes.append(high << 4 | low)
        index += 3
      } else {
        bytes.append(byte)
        index += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte <= 0x7E && byte != UInt8(ascii: "%")
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
