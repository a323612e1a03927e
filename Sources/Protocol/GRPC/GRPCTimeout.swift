/// The value of `grpc-timeout`: one to eight digits and a unit.
///
/// Source: gRPC over HTTP/2, "Timeout".
package enum GRPCTimeout {
  private static let maxDigits = 8

  /// Nanoseconds of each unit, finest first.
  private static let units: [(symbol: UInt8, nanoseconds: UInt64)] = [
    (UInt8(ascii: "n"), 1), (UInt8(ascii: "u"), 1000), (UInt8(ascii: "m"), 1_000_000),
    (UInt8(ascii: "S"), 1_000_000_000), (UInt8(ascii: "M"), 60_000_000_000),
    (UInt8(ascii: "H"), 3_600_000_000_000),
  ]

  /// The timeout in nanoseconds, nil if `value` is malformed.
  package static func nanoseconds(_ value: UnsafeRawBufferPointer) -> UInt64? {
    guard value.count >= 2, value.count <= maxDigits + 1 else { return nil }
    var number: UInt64 = 0
    for index in 0..<(value.count - 1) {
      let digit = unsafe value[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      number = number * 10 + UInt64(digit)
    }
    let symbol = unsafe value[value.count - 1]
    for unit in units where unit.symbol == symbol {
      // Eight digits of hours are 3.6e20 ns: more than fits, and as good as for ever.
      let (product, overflow) = number.multipliedReportingOverflow(by: unit.nanoseconds)
      return overflow ? UInt64.max : product
    }
    return nil
  }

  /// The value that says `nanoseconds`, rounded up to what eight digits can hold.
  package static func value(nanoseconds: UInt64) -> String {
    for unit in units {
      let number = nanoseconds / unit.nanoseconds + (nanoseconds % unit.nanoseconds == 0 ? 0 : 1)
      if number < 100_000_000 {
        return "\(number)\(Character(UnicodeScalar(unit.symbol)))"
      }
    }
    return "99999999H"
  }
}
