internal import PurSightArrow
internal import PurSightJSON

/// One line of JSON Lines as keys and values.
struct JSONLine {
  /// The members in their order; a value is a scalar, null, or what begins an array or object.
  let members: [(key: String, value: JSONToken)]

  /// Reads a line.
  ///
  /// - Throws: `badJSON` without the line's number.
  init(_ bytes: [UInt8], maxColumns: Int) throws(FormatError) {
    var limits = JSONLimits()
    limits.maxBytes = max(limits.maxBytes, bytes.count)
    limits.maxStringBytes = max(limits.maxStringBytes, bytes.count)
    limits.maxKeys = maxColumns
    do {
      members = try Self.read(bytes, limits)
    } catch let error as FormatError {
      throw error
    } catch let error as JSONError {
      throw FormatError(.badJSON, "at byte \(error.offset) of the line: \(error.reason)")
    } catch {
      throw FormatError(.badJSON, "the line is no JSON object")
    }
  }

  private static func read(
    _ bytes: [UInt8], _ limits: JSONLimits
  ) throws -> [(key: String, value: JSONToken)] {
    var reader = try JSONReader(bytes, limits: limits)
    guard try reader.require() == .beginObject else {
      throw FormatError(.badJSON, "the line is no JSON object; write one object per line")
    }
    var members: [(key: String, value: JSONToken)] = []
    var token = try reader.require()
    while case .key(let key) = token {
      let value = try reader.require()
      try reader.skip(from: value)
      members.append((key, value))
      token = try reader.require()
    }
    try reader.finish()
    return members
  }
}

extension TypeInference {
  /// Narrows the types down to those that a JSON value has.
  mutating func add(_ value: JSONToken) {
    switch value {
    case .null: addNull()
    case .bool: addBytes(Array("true".utf8))
    case .number(let number): addBytes(Array(number.text.utf8))
    case .string(let text): addQuoted(Array(text.utf8))
    case .beginObject, .beginArray, .endObject, .endArray, .key: addText()
    }
  }

  private mutating func addBytes(_ bytes: [UInt8]) {
    add(bytes.span, 0, bytes.count)
  }

  /// Text can be a date or timestamp, but not a number or truth value.
  private mutating func addQuoted(_ bytes: [UInt8]) {
    let isMoment =
      Cell.date(bytes.span, 0, bytes.count) != nil
      || Cell.timestamp(bytes.span, 0, bytes.count) != nil
    if isMoment { addBytes(bytes) } else { addText() }
  }
}

extension ColumnBuilder {
  /// Appends a JSON value.
  ///
  /// - Returns: false, with nothing appended, where the value does not fit the column's type.
  mutating func append(_ value: JSONToken) throws(ArrowError) -> Bool {
    switch (type, value) {
    case (_, .null): appendNull()
    case (.bool, .bool(let value)): append(value)
    case (.utf8, .string(let text)):
      guard !text.utf8.contains(0) else { return false }
      try append(text)
    case (.float32, _):
      guard let value = Self.double(value) else { return false }
      append(Float(value))
    case (.float64, _):
      guard let value = Self.double(value) else { return false }
      append(value)
    case (.date32, .string(let text)):
      let bytes = Array(text.utf8)
      guard let days = Cell.date(bytes.span, 0, bytes.count) else { return false }
      append(days)
    case (.timestamp(_, let zone), .string(let text)):
      let bytes = Array(text.utf8)
      guard let moment = Cell.timestamp(bytes.span, 0, bytes.count),
        moment.hasZone == (zone != nil)
      else { return false }
      append(moment.microseconds)
    case (_, .number(let number)): return appendInteger(number)
    default: return false
    }
    return true
  }

  private static func double(_ value: JSONToken) -> Double? {
    switch value {
    case .number(let number): number.double
    case .string("NaN"): .nan
    case .string("Infinity"): .infinity
    case .string("-Infinity"): -.infinity
    default: nil
    }
  }

  private mutating func appendInteger(_ number: JSONNumber) -> Bool {
    switch type {
    case .int8: append(number, Int8.self)
    case .int16: append(number, Int16.self)
    case .int32: append(number, Int32.self)
    case .int64: append(number, Int64.self)
    case .uint8: append(number, UInt8.self)
    case .uint16: append(number, UInt16.self)
    case .uint32: append(number, UInt32.self)
    case .uint64: append(number, UInt64.self)
    default: false
    }
  }

  private mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(
    _ number: JSONNumber, _ type: Value.Type
  ) -> Bool {
    guard let value = number.integer(as: type) else { return false }
    append(value)
    return true
  }
}
