package import PurSightArrow

/// Writes single values as text: the one form that CSV and JSON Lines share.
///
/// Dates and times are ISO 8601, a timestamp with a zone is in UTC with `Z`, a duration is in
/// seconds (`PT1.5S`), bytes are base64, floats have the shortest form that reads back the same.
package enum ValueText {
  /// Whether JSON puts the type's text between quotes.
  static func isQuotedInJSON(_ type: ArrowType) -> Bool {
    switch type {
    case .null, .bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float32,
      .float64, .decimal128:
      false
    case .utf8, .largeUtf8, .binary, .largeBinary, .fixedSizeBinary, .date32, .date64, .time32,
      .time64, .timestamp, .duration:
      true
    }
  }

  /// Appends a value that is not null, and not text.
  package static func append(_ column: ArrowColumn, _ row: Int, to output: inout [UInt8]) {
    switch column.type {
    case .null, .utf8, .largeUtf8: break
    case .bool: output += (column.bits[row] ? "true" : "false").utf8
    case .int8: output.append(decimal: column.span(of: Int8.self)[row])
    case .int16: output.append(decimal: column.span(of: Int16.self)[row])
    case .int32: output.append(decimal: column.span(of: Int32.self)[row])
    case .int64: output.append(decimal: column.span(of: Int64.self)[row])
    case .uint8: output.append(decimal: column.span(of: UInt8.self)[row])
    case .uint16: output.append(decimal: column.span(of: UInt16.self)[row])
    case .uint32: output.append(decimal: column.span(of: UInt32.self)[row])
    case .uint64: output.append(decimal: column.span(of: UInt64.self)[row])
    case .float32: output += "\(column.span(of: Float.self)[row])".utf8
    case .float64: output += "\(column.span(of: Double.self)[row])".utf8
    case .decimal128(_, let scale):
      output.append(decimal: column.span(of: Int128.self)[row], scale: scale)
    case .date32: output.append(date: Int(column.span(of: Int32.self)[row]))
    case .date64:
      output.append(date: Int(floorDivide(column.span(of: Int64.self)[row], 86_400_000).quotient))
    case .time32(let unit):
      output.append(clock: Int64(column.span(of: Int32.self)[row]), unit)
    case .time64(let unit): output.append(clock: column.span(of: Int64.self)[row], unit)
    case .timestamp(let unit, let zone):
      output.append(timestamp: column.span(of: Int64.self)[row], unit, isUTC: zone != nil)
    case .duration(let unit):
      output.append(duration: column.span(of: Int64.self)[row], unit)
    case .binary, .largeBinary, .fixedSizeBinary:
      output.append(base64: column.values.slice(column.range(of: row)).array)
    }
  }

  /// Divides so that the remainder is never negative.
  static func floorDivide(_ value: Int64, _ by: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
    return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
  }
}

extension Array where Element == UInt8 {
  /// Appends an integer in decimal.
  mutating func append<Value: FixedWidthInteger>(decimal value: Value) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(digits: value.magnitude, atLeast: 1)
  }

  /// Appends a number in decimal with leading zeros.
  mutating func append<Value: FixedWidthInteger & UnsignedInteger>(
    digits value: Value, atLeast width: Int
  ) {
    var digits = 1
    var rest = value / 10
    while rest > 0 {
      digits &+= 1
      rest /= 10
    }
    for _ in 0..<Swift.max(digits, width) { append(UInt8(ascii: "0")) }
    var position = count
    rest = value
    while rest > 0 {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      position &-= 1
      self[position] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
      rest = quotient
    }
  }

  /// Appends `value` times 10 to the power of `-scale`, with all digits of the scale.
  fileprivate mutating func append(decimal value: Int128, scale: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    let start = count
    append(digits: value.magnitude, atLeast: Swift.max(1, scale + 1))
    if scale > 0 {
      insert(UInt8(ascii: "."), at: count - scale)
    } else if value != 0 {
      append(contentsOf: repeatElement(UInt8(ascii: "0"), count: -scale))
    } else {
      removeLast(count - start - 1)
    }
  }

  fileprivate mutating func append(date days: Int) {
    let date = CivilDate.date(days: days)
    if date.year < 0 { append(UInt8(ascii: "-")) }
    append(digits: date.year.magnitude, atLeast: 4)
    append(UInt8(ascii: "-"))
    append(digits: date.month.magnitude, atLeast: 2)
    append(UInt8(ascii: "-"))
    append(digits: date.day.magnitude, atLeast: 2)
  }

  /// Appends `hh:mm:ss` and the decimals of the unit, without trailing zeros.
  fileprivate mutating func append(clock ticks: Int64, _ unit: TimeUnit) {
    let (seconds, rest) = ValueText.floorDivide(ticks, unit.perSecond)
    append(digits: (seconds / 3600).magnitude, atLeast: 2)
    append(UInt8(ascii: ":"))
    append(digits: (seconds / 60 % 60).magnitude, atLeast: 2)
    append(UInt8(ascii: ":"))
    append(digits: (seconds % 60).magnitude, atLeast: 2)
    append(fraction: rest, unit)
  }

  /// Appends `.` and decimals, or nothing when they are zero.
  private mutating func append(fraction: Int64, _ unit: TimeUnit) {
    guard fraction != 0 else { return }
    let width =
      switch unit {
      case .second: 0
      case .millisecond: 3
      case .microsecond: 6
      case .nanosecond: 9
      }
    append(UInt8(ascii: "."))
    append(digits: fraction.magnitude, atLeast: width)
    while last == UInt8(ascii: "0") { removeLast() }
  }

  fileprivate mutating func append(timestamp ticks: Int64, _ unit: TimeUnit, isUTC: Bool) {
    let day = 86_400 * unit.perSecond
    let (days, rest) = ValueText.floorDivide(ticks, day)
    append(date: Int(days))
    append(UInt8(ascii: "T"))
    append(clock: rest, unit)
    if isUTC { append(UInt8(ascii: "Z")) }
  }

  fileprivate mutating func append(duration ticks: Int64, _ unit: TimeUnit) {
    if ticks < 0 { append(UInt8(ascii: "-")) }
    let perSecond = unit.perSecond.magnitude
    let (seconds, rest) = ticks.magnitude.quotientAndRemainder(dividingBy: perSecond)
    self += "PT".utf8
    append(decimal: seconds)
    append(fraction: Int64(rest), unit)
    append(UInt8(ascii: "S"))
  }

  /// Appends RFC 4648 §4 base64 with padding.
  fileprivate mutating func append(base64 bytes: [UInt8]) {
    let alphabet = Self.base64Alphabet
    var index = 0
    while index < bytes.count {
      let left = bytes.count - index
      let group =
        UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
        | (left > 2 ? UInt32(bytes[index + 2]) : 0)
      append(alphabet[Int(group >> 18)])
      append(alphabet[Int(group >> 12 & 63)])
      append(left > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
      append(left > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
      index += 3
    }
  }

  private static var base64Alphabet: [UInt8] {
    Swift.Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  }
}
