internal import PurSightJSON

extension ProtoJSONDecoder {
  /// Encodes a number, which may also come as a string.
  func number(
    _ token: JSONToken, _ field: FieldSchema, _ bytes: inout [UInt8]
  ) throws(JSONError) {
    let number: JSONNumber
    switch token {
    case .number(let value): number = value
    case .string(let text):
      if let special = Self.special(text), field.kind == .double || field.kind == .float {
        return append(special, field, &bytes)
      }
      guard Self.isNumber(text) else { throw numberFault("\"\(shown(text))\" is no number", field) }
      number = JSONNumber(text: text)
    default: throw numberFault("expected a number, found \(token.name)", field)
    }
    switch field.kind {
    case .double, .float:
      let value = number.double
      let isTooLarge = field.kind == .float && value.isFinite && Float(value).isInfinite
      guard value.isFinite, !isTooLarge else {
        throw numberFault("\(number.text) is too large", field)
      }
      append(value, field, &bytes)
    case .int32, .sint32, .sfixed32:
      try append(integer(number, field, as: Int32.self), field, &bytes)
    case .uint32, .fixed32: try append(integer(number, field, as: UInt32.self), field, &bytes)
    case .uint64, .fixed64:
      let value = try integer(number, field, as: UInt64.self)
      append(Int64(bitPattern: value), field, &bytes)
    default: try append(integer(number, field, as: Int64.self), field, &bytes)
    }
  }

  private func numberFault(_ reason: String, _ field: FieldSchema) -> JSONError {
    fault("\(reason) for \(place)")
  }

  private func integer<Integer: FixedWidthInteger>(
    _ number: JSONNumber, _ field: FieldSchema, as type: Integer.Type
  ) throws(JSONError) -> Integer {
    guard let value = number.integer(as: type) else {
      throw numberFault(
        "\(number.text) is no integer from \(Integer.min) to \(Integer.max)", field)
    }
    return value
  }

  private func append(_ value: some FixedWidthInteger, _ field: FieldSchema, _ bytes: inout [UInt8])
  {
    let bits = UInt64(bitPattern: Int64(truncatingIfNeeded: value))
    switch field.kind {
    case .sint32, .sint64:
      let signed = Int64(truncatingIfNeeded: value)
      tag(field, 0, &bytes)
      appendVarint(UInt64(bitPattern: signed << 1 ^ signed >> 63), to: &bytes)
    case .fixed32, .sfixed32: fixed(bits, 4, field, &bytes)
    case .fixed64, .sfixed64: fixed(bits, 8, field, &bytes)
    default:
      tag(field, 0, &bytes)
      appendVarint(bits, to: &bytes)
    }
  }

  private func append(_ value: Double, _ field: FieldSchema, _ bytes: inout [UInt8]) {
    if field.kind == .float {
      fixed(UInt64(Float(value).bitPattern), 4, field, &bytes)
    } else {
      fixed(value.bitPattern, 8, field, &bytes)
    }
  }

  private func fixed(_ bits: UInt64, _ count: UInt64, _ field: FieldSchema, _ bytes: inout [UInt8])
  {
    tag(field, count == 8 ? 1 : 5, &bytes)
    for shift in 0..<count { bytes.append(UInt8(truncatingIfNeeded: bits >> (shift * 8))) }
  }

  private func tag(_ field: FieldSchema, _ wireType: UInt64, _ bytes: inout [UInt8]) {
    appendVarint(UInt64(field.number) << 3 | wireType, to: &bytes)
  }

  private static func special(_ text: String) -> Double? {
    switch text {
    case "NaN": .nan
    case "Infinity": .infinity
    case "-Infinity": -.infinity
    default: nil
    }
  }

  /// Whether a text is one JSON number and nothing else.
  private static func isNumber(_ text: String) -> Bool {
    guard case .number? = try? JSONValue(parsing: Array(text.utf8)) else { return false }
    return text.utf8.allSatisfy { $0 > 0x20 }
  }
}
