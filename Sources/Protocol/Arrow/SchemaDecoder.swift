/// Reads Arrow's schema tables (Schema.fbs) into values.
struct SchemaDecoder {
  let limits: ArrowLimits

  /// Reads a `Schema` table.
  ///
  /// - Throws: `malformed`, `limitExceeded` or `unsupported`, naming the column where there is one.
  func decode(
    _ table: FlatTable
  ) throws(ArrowError) -> (schema: ArrowSchema, wire: [WireField]) {
    guard try table.integer(0, default: Int16(0)) == 0 else {
      throw ArrowError(.unsupported, "the stream is big-endian; write it little-endian")
    }
    var wire: [WireField] = []
    for field in try table.tables(1, maxCount: limits.maxColumns, "columns") {
      wire.append(try decodeField(field))
    }
    let schema = ArrowSchema(wire.map(\.field), metadata: try decodeMetadata(table, 2))
    return (schema, wire)
  }

  private func decodeField(_ table: FlatTable) throws(ArrowError) -> WireField {
    let name = try table.string(0, maxBytes: limits.maxNameBytes) ?? ""
    do {
      let type = try decodeType(table)
      let field = ArrowField(
        name, type, nullable: try table.bool(1), metadata: try decodeMetadata(table, 6))
      return WireField(field: field, dictionary: try decodeDictionary(table))
    } catch {
      throw error.named(name)
    }
  }

  private func decodeDictionary(_ table: FlatTable) throws(ArrowError) -> WireField.Dictionary? {
    guard let dictionary = try table.table(4) else { return nil }
    // The default of the index type is a signed 32-bit integer.
    let index = try dictionary.table(1).map { table throws(ArrowError) in try decodeInt(table) }
    return WireField.Dictionary(
      id: try dictionary.integer(0, default: 0), indexType: index ?? .int32)
  }

  private func decodeMetadata(_ table: FlatTable, _ field: Int) throws(ArrowError)
    -> [ArrowMetadata]
  {
    var entries: [ArrowMetadata] = []
    for entry in try table.tables(
      field, maxCount: limits.maxMetadataEntries, "entries of metadata")
    {
      entries.append(
        ArrowMetadata(
          try entry.string(0, maxBytes: limits.maxNameBytes) ?? "",
          try entry.string(1, maxBytes: limits.maxMetadataBytes) ?? ""))
    }
    return entries
  }

  private func decodeType(_ field: FlatTable) throws(ArrowError) -> ArrowType {
    let number = try field.integer(2, default: UInt8(0))
    guard let type = try field.table(3) else {
      throw ArrowError(.malformed, "the field has no type")
    }
    switch number {
    case FlatTypeNumber.null: return .null
    case FlatTypeNumber.int: return try decodeInt(type)
    case FlatTypeNumber.floatingPoint: return try decodeFloat(type)
    case FlatTypeNumber.binary: return .binary
    case FlatTypeNumber.utf8: return .utf8
    case FlatTypeNumber.bool: return .bool
    case FlatTypeNumber.decimal: return try decodeDecimal(type)
    case FlatTypeNumber.date:
      return try type.integer(0, default: Int16(1)) == 0 ? .date32 : .date64
    case FlatTypeNumber.time: return try decodeTime(type)
    case FlatTypeNumber.timestamp:
      return .timestamp(
        try decodeUnit(type, default: 0),
        zone: try type.string(1, maxBytes: limits.maxNameBytes))
    case FlatTypeNumber.fixedSizeBinary: return try decodeFixedSizeBinary(type)
    case FlatTypeNumber.duration: return .duration(try decodeUnit(type, default: 1))
    case FlatTypeNumber.largeBinary: return .largeBinary
    case FlatTypeNumber.largeUtf8: return .largeUtf8
    default:
      throw ArrowError(
        .unsupported,
        "the type \(FlatTypeNumber.name(of: number)) is not taken; cast the column to a plain type")
    }
  }

  private func decodeInt(_ type: FlatTable) throws(ArrowError) -> ArrowType {
    let isSigned = try type.bool(1)
    switch try type.integer(0, default: Int32(0)) {
    case 8: return isSigned ? .int8 : .uint8
    case 16: return isSigned ? .int16 : .uint16
    case 32: return isSigned ? .int32 : .uint32
    case 64: return isSigned ? .int64 : .uint64
    case let width: throw ArrowError(.malformed, "there is no integer of \(width) bits")
    }
  }

  private func decodeFloat(_ type: FlatTable) throws(ArrowError) -> ArrowType {
    switch try type.integer(0, default: Int16(0)) {
    case 1: .float32
    case 2: .float64
    default: throw ArrowError(.unsupported, "half floats are not taken; cast to float")
    }
  }

  private func decodeDecimal(_ type: FlatTable) throws(ArrowError) -> ArrowType {
    let precision = try Int(type.integer(0, default: Int32(0)))
    let width = try type.integer(2, default: Int32(128))
    guard width == 128 else {
      throw ArrowError(.unsupported, "decimals of \(width) bits are not taken; cast to decimal128")
    }
    guard (1...38).contains(precision) else {
      throw ArrowError(.malformed, "a decimal128 has 1 to 38 digits, not \(precision)")
    }
    let scale = try Int(type.integer(1, default: Int32(0)))
    // The format has no limit; a scale of a billion would be a text of a billion zeros.
    guard (-38...38).contains(scale) else {
      throw ArrowError(.unsupported, "a decimal's scale is -38 to 38 here, not \(scale)")
    }
    return .decimal128(precision: precision, scale: scale)
  }

  private func decodeTime(_ type: FlatTable) throws(ArrowError) -> ArrowType {
    let unit = try decodeUnit(type, default: 1)
    switch (try type.integer(1, default: Int32(32)), unit) {
    case (32, .second), (32, .millisecond): return .time32(unit)
    case (64, .microsecond), (64, .nanosecond): return .time64(unit)
    case (let width, _):
      throw ArrowError(.malformed, "there is no time of \(width) bits in \(unit.suffix)")
    }
  }

  private func decodeUnit(_ type: FlatTable, default value: Int16) throws(ArrowError) -> TimeUnit {
    let number = try type.integer(0, default: value)
    guard let unit = TimeUnit(rawValue: number) else {
      throw ArrowError(.malformed, "there is no time unit with the number \(number)")
    }
    return unit
  }

  private func decodeFixedSizeBinary(_ type: FlatTable) throws(ArrowError) -> ArrowType {
    let width = try Int(type.integer(0, default: Int32(0)))
    guard (0...limits.maxNameBytes).contains(width) else {
      throw ArrowError(
        .limitExceeded, "a fixed size binary has at most \(limits.maxNameBytes) bytes")
    }
    return .fixedSizeBinary(width: width)
  }
}
