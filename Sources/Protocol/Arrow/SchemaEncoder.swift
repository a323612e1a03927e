/// Writes Arrow's schema tables (Schema.fbs).
enum SchemaEncoder {
  /// Writes a `Schema` table where `pending` points to.
  static func encode(
    _ schema: ArrowSchema, to pending: FlatWriter.Pending, of writer: inout FlatWriter
  ) {
    let hasMetadata = !schema.metadata.isEmpty
    let offsets = writer.table(
      pending, [.int16(0), .offset, hasMetadata ? .offset : .absent])
    let fields = writer.tables(offsets[0], count: schema.fields.count)
    for (field, target) in zip(schema.fields, fields) { encode(field, to: target, of: &writer) }
    if hasMetadata { encode(schema.metadata, to: offsets[1], of: &writer) }
  }

  private static func encode(
    _ field: ArrowField, to pending: FlatWriter.Pending, of writer: inout FlatWriter
  ) {
    let (number, slots) = slots(of: field.type)
    let hasMetadata = !field.metadata.isEmpty
    let offsets = writer.table(
      pending,
      [
        .offset, .int8(field.nullable ? 1 : 0), .int8(number), .offset, .absent, .offset,
        hasMetadata ? .offset : .absent,
      ])
    writer.string(offsets[0], field.name)
    let type = writer.table(offsets[1], slots)
    if case .timestamp(_, let zone?) = field.type, let target = type.first {
      writer.string(target, zone)
    }
    // Readers of other languages want the children's vector even where it is empty.
    _ = writer.tables(offsets[2], count: 0)
    if hasMetadata { encode(field.metadata, to: offsets[3], of: &writer) }
  }

  private static func encode(
    _ metadata: [ArrowMetadata], to pending: FlatWriter.Pending, of writer: inout FlatWriter
  ) {
    let targets = writer.tables(pending, count: metadata.count)
    for (entry, target) in zip(metadata, targets) {
      let offsets = writer.table(target, [.offset, .offset])
      writer.string(offsets[0], entry.key)
      writer.string(offsets[1], entry.value)
    }
  }

  /// The number and fields of a type's table.
  private static func slots(of type: ArrowType) -> (UInt8, [FlatWriter.Slot]) {
    switch type {
    case .null: (FlatTypeNumber.null, [])
    case .bool: (FlatTypeNumber.bool, [])
    case .int8: (FlatTypeNumber.int, [.int32(8), .int8(1)])
    case .int16: (FlatTypeNumber.int, [.int32(16), .int8(1)])
    case .int32: (FlatTypeNumber.int, [.int32(32), .int8(1)])
    case .int64: (FlatTypeNumber.int, [.int32(64), .int8(1)])
    case .uint8: (FlatTypeNumber.int, [.int32(8), .int8(0)])
    case .uint16: (FlatTypeNumber.int, [.int32(16), .int8(0)])
    case .uint32: (FlatTypeNumber.int, [.int32(32), .int8(0)])
    case .uint64: (FlatTypeNumber.int, [.int32(64), .int8(0)])
    case .float32: (FlatTypeNumber.floatingPoint, [.int16(1)])
    case .float64: (FlatTypeNumber.floatingPoint, [.int16(2)])
    case .utf8: (FlatTypeNumber.utf8, [])
    case .largeUtf8: (FlatTypeNumber.largeUtf8, [])
    case .binary: (FlatTypeNumber.binary, [])
    case .largeBinary: (FlatTypeNumber.largeBinary, [])
    case .fixedSizeBinary(let width): (FlatTypeNumber.fixedSizeBinary, [.int32(Int32(width))])
    case .date32: (FlatTypeNumber.date, [.int16(0)])
    case .date64: (FlatTypeNumber.date, [.int16(1)])
    case .time32(let unit): (FlatTypeNumber.time, [.int16(unit.rawValue), .int32(32)])
    case .time64(let unit): (FlatTypeNumber.time, [.int16(unit.rawValue), .int32(64)])
    case .timestamp(let unit, let zone):
      (FlatTypeNumber.timestamp, [.int16(unit.rawValue), zone == nil ? .absent : .offset])
    case .duration(let unit): (FlatTypeNumber.duration, [.int16(unit.rawValue)])
    case .decimal128(let precision, let scale):
      (FlatTypeNumber.decimal, [.int32(Int32(precision)), .int32(Int32(scale)), .int32(128)])
    }
  }
}
