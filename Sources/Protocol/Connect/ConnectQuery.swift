internal import PurSightGRPC

/// The query of a Connect GET request, its percent-encoding undone.
///
/// Source: the Connect protocol reference, "Unary-Get-Request".
struct ConnectQuery {
  private var values: [String: [UInt8]] = [:]

  /// Parameters that are read; the rest of a longer query is not looked at.
  private static let maxParameters = 16

  /// Of a name that comes twice the first value counts.
  init(_ query: String) {
    for part in query.utf8.split(separator: UInt8(ascii: "&")).prefix(Self.maxParameters) {
      let pair = part.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2 else { continue }
      let name = String(decoding: Self.decoded(pair[0]), as: UTF8.self)
      if values[name] == nil { values[name] = Self.decoded(pair[1]) }
    }
  }

  /// A parameter as text.
  subscript(_ name: String) -> String? { values[name].map { String(decoding: $0, as: UTF8.self) } }

  /// The bytes of the message; nil if it is not there, or no base64 although `base64=1` says so.
  var message: [UInt8]? {
    guard let value = values["message"] else { return nil }
    guard self["base64"] == "1" else { return value }
    // The URL alphabet is asked for; the standard one, with its plus escaped, is taken as well.
    let standard = value.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: byte
      }
    }
    return unsafe standard.withUnsafeBytes { unsafe BinaryValue.decode($0[...]) }
  }

  /// Undoes percent-encoding; a plus is a blank, as in forms. What is no escape stays.
  private static func decoded(_ part: Substring.UTF8View) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(part.count)
    var rest = part
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): bytes.append(0x20)
      case UInt8(ascii: "%"):
        let digits = String(decoding: rest.prefix(2), as: UTF8.self)
        if digits.utf8.count == 2, digits.first?.isHexDigit == true,
          let value = UInt8(digits, radix: 16)
        {
          bytes.append(value)
          rest = rest.dropFirst(2)
        } else {
          bytes.append(byte)
        }
      default: bytes.append(byte)
      }
    }
    return bytes
  }
}
