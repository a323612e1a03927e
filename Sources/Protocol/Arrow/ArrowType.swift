/// The resolution of a time, timestamp or duration (Schema.fbs, `TimeUnit`).
package enum TimeUnit: Int16, Sendable, Hashable, CaseIterable {
  case second = 0
  case millisecond = 1
  case microsecond = 2
  case nanosecond = 3

  /// How many of this unit make a second.
  package var perSecond: Int64 {
    switch self {
    case .second: 1
    case .millisecond: 1_000
    case .microsecond: 1_000_000
    case .nanosecond: 1_000_000_000
    }
  }

  /// The suffix that Arrow's own text form uses: `s`, `ms`, `us`, `ns`.
  package var suffix: String {
    switch self {
    case .second: "s"
    case .millisecond: "ms"
    case .microsecond: "us"
    case .nanosecond: "ns"
    }
  }
}

/// The logical type of a column (Arrow columnar format, Schema.fbs `Type`).
///
/// Dictionary-encoded and view columns have no case of their own: they are ways to send a column,
/// and the IPC reader turns them into the plain type.
package enum ArrowType: Sendable, Hashable {
  case null
  case bool
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case float32, float64
  /// UTF-8 text with 32-bit or 64-bit offsets.
  case utf8, largeUtf8
  /// Bytes with 32-bit or 64-bit offsets.
  case binary, largeBinary
  /// Values of exactly `width` bytes.
  case fixedSizeBinary(width: Int)
  /// Days since 1970-01-01, 32-bit.
  case date32
  /// Milliseconds since 1970-01-01, a multiple of 86,400,000, 64-bit.
  case date64
  /// Time of day in seconds or milliseconds, 32-bit.
  case time32(TimeUnit)
  /// Time of day in microseconds or nanoseconds, 64-bit.
  case time64(TimeUnit)
  /// Ticks since 1970-01-01T00:00:00. With a zone the instant is UTC and the zone is for display;
  /// without one it is a wall clock reading of no particular place.
  case timestamp(TimeUnit, zone: String?)
  case duration(TimeUnit)
  /// A 128-bit two's complement integer, little-endian, times 10 to the power of `-scale`.
  case decimal128(precision: Int, scale: Int)
}

/// How the values of a type lie in memory.
package enum ArrowLayout: Sendable, Equatable {
  /// No buffers at all.
  case null
  /// One bit per value, least significant first.
  case bits
  /// `width` bytes per value.
  case fixedWidth(Int)
  /// Offsets of 4 or 8 bytes (length + 1 of them) into a buffer of bytes.
  case variable(offsetWidth: Int)
}

extension ArrowType {
  /// How the values lie in memory.
  package var layout: ArrowLayout {
    switch self {
    case .null: .null
    case .bool: .bits
    case .int8, .uint8: .fixedWidth(1)
    case .int16, .uint16: .fixedWidth(2)
    case .int32, .uint32, .float32, .date32, .time32: .fixedWidth(4)
    case .int64, .uint64, .float64, .date64, .time64, .timestamp, .duration: .fixedWidth(8)
    case .decimal128: .fixedWidth(16)
    case .fixedSizeBinary(let width): .fixedWidth(width)
    case .utf8, .binary: .variable(offsetWidth: 4)
    case .largeUtf8, .largeBinary: .variable(offsetWidth: 8)
    }
  }

  /// The alignment in bytes that a typed view of the values needs.
  package var alignment: Int {
    switch self {
    case .fixedSizeBinary: 1
    case .decimal128: 16
    default:
      switch layout {
      case .null, .bits: 1
      case .fixedWidth(let width): width
      case .variable: 1
      }
    }
  }

  /// Whether the values are text, so that they have to be UTF-8.
  package var isText: Bool {
    switch self {
    case .utf8, .largeUtf8: true
    default: false
    }
  }

  /// The number of buffers that a record batch carries for a column of this type, the validity
  /// bitmap included (Columnar.rst, "Buffer listing for each layout").
  package var bufferCount: Int {
    switch layout {
    case .null: 0
    case .bits, .fixedWidth: 2
    case .variable: 3
    }
  }
}

extension ArrowType: CustomStringConvertible {
  /// The name that Arrow's own tools print: `int64`, `timestamp[us, tz=UTC]`, `decimal128(10, 2)`.
  package var description: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .uint8: "uint8"
    case .uint16: "uint16"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .float32: "float"
    case .float64: "double"
    case .utf8: "string"
    case .largeUtf8: "large_string"
    case .binary: "binary"
    case .largeBinary: "large_binary"
    case .fixedSizeBinary(let width): "fixed_size_binary[\(width)]"
    case .date32: "date32[day]"
    case .date64: "date64[ms]"
    case .time32(let unit): "time32[\(unit.suffix)]"
    case .time64(let unit): "time64[\(unit.suffix)]"
    case .timestamp(let unit, nil): "timestamp[\(unit.suffix)]"
    case .timestamp(let unit, let zone?): "timestamp[\(unit.suffix), tz=\(zone)]"
    case .duration(let unit): "duration[\(unit.suffix)]"
    case .decimal128(let precision, let scale): "decimal128(\(precision), \(scale))"
    }
  }
}
