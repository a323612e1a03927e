internal import PurSightArrow

/// Work on the raw integers of a column, compiled once for each width.
protocol IntegerVisitor {
  mutating func visit<Value: FixedWidthInteger & BitwiseCopyable>(_ values: Span<Value>)
}

extension ArrowColumn {
  /// Whether the values are integers: numbers, dates, times, timestamps, durations.
  var holdsIntegers: Bool {
    switch type {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: true
    case .date32, .date64, .time32, .time64, .timestamp, .duration: true
    case .null, .bool, .float32, .float64, .decimal128: false
    case .utf8, .largeUtf8, .binary, .largeBinary, .fixedSizeBinary: false
    }
  }

  /// Hands the integers, as they are stored, to a visitor; does nothing for other columns.
  func visitIntegers(_ visitor: inout some IntegerVisitor) {
    switch type {
    case .int8: visitor.visit(span(of: Int8.self))
    case .int16: visitor.visit(span(of: Int16.self))
    case .int32, .date32, .time32: visitor.visit(span(of: Int32.self))
    case .int64, .date64, .time64, .timestamp, .duration: visitor.visit(span(of: Int64.self))
    case .uint8: visitor.visit(span(of: UInt8.self))
    case .uint16: visitor.visit(span(of: UInt16.self))
    case .uint32: visitor.visit(span(of: UInt32.self))
    case .uint64: visitor.visit(span(of: UInt64.self))
    case .null, .bool, .float32, .float64, .decimal128: break
    case .utf8, .largeUtf8, .binary, .largeBinary, .fixedSizeBinary: break
    }
  }

  /// Hands the offsets of variable width to a visitor; does nothing for other columns.
  func visitOffsets(_ visitor: inout some OffsetVisitor) {
    switch type {
    case .utf8, .binary: visitor.visit(offsets32)
    case .largeUtf8, .largeBinary: visitor.visit(offsets64)
    case .null, .bool, .float32, .float64, .decimal128, .fixedSizeBinary: break
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: break
    case .date32, .date64, .time32, .time64, .timestamp, .duration: break
    }
  }
}

/// Work on texts or bytes by their offsets, compiled once for each width of them.
protocol OffsetVisitor {
  mutating func visit<Offset: FixedWidthInteger & BitwiseCopyable>(_ offsets: Span<Offset>)
}
