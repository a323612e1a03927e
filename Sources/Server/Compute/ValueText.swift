package import PurSightArrow
internal import PurSightExpression

/// Values as people read them, in findings and profiles.
package enum ValueText {
  /// Longest text of one value, in bytes; longer ones end in an ellipsis.
  package static let maxBytes = 256

  /// The text of a row's value, at most `maxBytes` long; nil for null.
  package static func text(_ column: ArrowColumn, _ row: Int) -> String? {
    guard column.isValid(row) else { return nil }
    switch column.type {
    case .bool: return column.bits[row] ? "true" : "false"
    case .float32: return String(column.span(of: Float.self)[row])
    case .float64: return String(column.span(of: Double.self)[row])
    case .decimal128(_, let scale):
      return decimal(column.span(of: Int128.self)[row], scale: scale)
    case .utf8, .largeUtf8: return shortened(column.values.slice(column.range(of: row)).array)
    case .binary, .largeBinary, .fixedSizeBinary:
      return hexadecimal(column.values.slice(column.range(of: row)).array)
    case .uint64: return String(column.span(of: UInt64.self)[row])
    case .null: return nil
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .date32, .date64, .time32,
      .time64, .timestamp, .duration:
      var reader = IntegerReader(row: row)
      column.visitIntegers(&reader)
      return integer(reader.value, column.type)
    }
  }

  /// The values of several columns, separated by commas.
  package static func text(_ columns: [ArrowColumn], _ row: Int) -> String? {
    if columns.count == 1 { return text(columns[0], row) }
    return columns.map { text($0, row) ?? "null" }.joined(separator: ", ")
  }

  private struct IntegerReader: IntegerVisitor {
    let row: Int
    var value: Int64 = 0

    mutating func visit<Value: FixedWidthInteger & BitwiseCopyable>(_ values: Span<Value>) {
      value = Int64(truncatingIfNeeded: values[row])
    }
  }

  /// A stored integer as its type reads.
  static func integer(_ value: Int64, _ type: ArrowType) -> String {
    switch type {
    case .uint64: return String(UInt64(bitPattern: value))
    case .date32: return CivilTime.format(date: value)
    case .date64: return CivilTime.format(date: flooredDivision(value, 86_400_000))
    case .timestamp(let unit, _): return timestamp(value, unit)
    case .time32(let unit), .time64(let unit):
      // The part of a timestamp between the T and the Z.
      return String(timestamp(value, unit).dropFirst(11).dropLast())
    case .duration(let unit): return "\(value)\(unit.suffix)"
    default: return String(value)
    }
  }

  private static func timestamp(_ value: Int64, _ unit: TimeUnit) -> String {
    if unit == .nanosecond {
      return CivilTime.format(timestamp: flooredDivision(value, 1_000))
    }
    let (scaled, overflow) = value.multipliedReportingOverflow(by: 1_000_000 / unit.perSecond)
    return overflow ? "\(value)\(unit.suffix)" : CivilTime.format(timestamp: scaled)
  }

  static func flooredDivision(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : (value + 1) / divisor - 1
  }

  static func decimal(_ value: Int128, scale: Int) -> String {
    guard scale > 0 else { return String(value) + String(repeating: "0", count: -scale) }
    var digits = String(value.magnitude)
    digits = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
    let point = digits.index(digits.endIndex, offsetBy: -scale)
    return (value < 0 ? "-" : "") + digits[..<point] + "." + digits[point...]
  }

  static func shortened(_ bytes: [UInt8]) -> String {
    guard bytes.count > maxBytes else { return String(decoding: bytes, as: UTF8.self) }
    var end = maxBytes - 3
    // Never inside a character.
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: bytes[..<end], as: UTF8.self) + "…"
  }

  static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let shown = bytes.prefix(maxBytes / 2 - 2)
    let pairs = shown.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: pairs, as: UTF8.self) + (shown.count < bytes.count ? "…" : "")
  }
}
