extension Cell {
  /// Reads a decimal number with a point or exponent or without, or `nan`, `inf`, `infinity` in any
  /// case; the nearest value is taken.
  static func float64(_ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int) -> Double? {
    guard count > 0 else { return nil }
    var position = start
    let end = start &+ count
    let isNegative = bytes[start] == UInt8(ascii: "-")
    if isNegative || bytes[start] == UInt8(ascii: "+") { position &+= 1 }
    var mantissa: UInt64 = 0
    var digitCount = 0
    var exponent = 0
    var hasPoint = false
    let first = position
    while position < end {
      let digit = bytes[position] &- UInt8(ascii: "0")
      if digit < 10 {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        digitCount &+= 1
        if hasPoint { exponent &-= 1 }
      } else if bytes[position] == UInt8(ascii: ".") && !hasPoint {
        hasPoint = true
      } else {
        break
      }
      position &+= 1
    }
    guard digitCount > 0 else { return special(bytes, first, end &- first, isNegative) }
    if position < end {
      guard let read = exponentText(bytes, position, end) else { return nil }
      exponent &+= read
    }
    // Both factors are exact up to here, so that one rounding gives the nearest value (W. Clinger,
    // "How to Read Floating Point Numbers Accurately", the fast path).
    if digitCount <= 15 && exponent >= -22 && exponent <= 22 {
      let value = Double(mantissa)
      let scaled =
        exponent < 0 ? value / powersOfTen[0 &- exponent] : value * powersOfTen[exponent]
      return isNegative ? -scaled : scaled
    }
    return slow(bytes, start, count)
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  private static func exponentText(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int
  ) -> Int? {
    guard bytes[start] | 0x20 == UInt8(ascii: "e"), end &- start <= 6,
      let value = int64(bytes, start &+ 1, end &- start &- 1)
    else { return nil }
    return Int(value)
  }

  private static func special(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int, _ isNegative: Bool
  ) -> Double? {
    if equals(bytes, start, count, "nan") { return .nan }
    if equals(bytes, start, count, "inf") || equals(bytes, start, count, "infinity") {
      return isNegative ? -.infinity : .infinity
    }
    return nil
  }

  /// Reads by the standard library a number whose form was checked.
  private static func slow(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int
  ) -> Double? {
    var text: [UInt8] = []
    text.reserveCapacity(count)
    for index in start..<start + count { text.append(bytes[index]) }
    return Double(String(decoding: text, as: UTF8.self))
  }
}
