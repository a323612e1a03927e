package import PurSightArrow
package import PurSightGovernance

extension ColumnType {
  /// The type of a dataset's column that holds values of an Arrow type; nil where there is none.
  package init?(_ type: ArrowType) {
    switch type {
    case .bool: self = .bool
    case .int8: self = .int8
    case .int16: self = .int16
    case .int32: self = .int32
    case .int64: self = .int64
    case .uint8: self = .uint8
    case .uint16: self = .uint16
    case .uint32: self = .uint32
    case .uint64: self = .uint64
    case .float32: self = .float32
    case .float64: self = .float64
    case .decimal128: self = .decimal128
    case .utf8, .largeUtf8: self = .string
    case .binary, .largeBinary, .fixedSizeBinary: self = .bytes
    case .date32, .date64: self = .date
    case .time32, .time64: self = .time
    case .timestamp: self = .timestamp
    case .duration: self = .duration
    case .null: return nil
    }
  }
}

extension Column {
  /// The Arrow type in which the column's values are stored and read.
  package var arrowType: ArrowType {
    switch type {
    case .bool: .bool
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .float32: .float32
    case .float64: .float64
    case .decimal128: .decimal128(precision: Int(precision), scale: Int(scale))
    case .string: .utf8
    case .bytes: .binary
    case .date: .date32
    case .time: .time64(.microsecond)
    case .timestamp: .timestamp(.microsecond, zone: "UTC")
    case .duration: .duration(.microsecond)
    }
  }

  /// The column as a field of an Arrow schema.
  package var arrowField: ArrowField { ArrowField(name, arrowType, nullable: isNullable) }
}

extension Schema {
  /// The columns as an Arrow schema, in order.
  package var arrowSchema: ArrowSchema { ArrowSchema(columns.map(\.arrowField)) }
}

extension ArrowSchema {
  /// The columns that rows of this schema bring to a dataset, without ids.
  /// - Throws: `schemaMismatch` naming a column whose type a dataset cannot hold.
  package func datasetColumns() throws(ArrowError) -> [Column] {
    var columns: [Column] = []
    for field in fields {
      guard let type = ColumnType(field.type) else {
        throw ArrowError(
          .schemaMismatch,
          "\(field.type) cannot be stored; send a column of one of the types of docs/segments.md",
          column: field.name)
      }
      var (precision, scale) = (Int32(0), Int32(0))
      if case .decimal128(let digits, let behind) = field.type {
        (precision, scale) = (Int32(digits), Int32(behind))
      }
      columns.append(
        Column(
          name: field.name, type: type, isNullable: field.nullable, precision: precision,
          scale: scale, nativeType: field.type.description))
    }
    return columns
  }
}
