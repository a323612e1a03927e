internal import PurSightAPI
internal import PurSightArrow

/// A column that is being made of Swift values.
public struct ColumnMaker: Sendable {
  private var builder: ColumnBuilder
  private let name: String

  init(_ name: String, _ type: ColumnType) {
    self.name = name
    builder = ColumnBuilder(ArrowType(type), maxBytes: Self.maxBytes)
  }

  /// Bytes of text or binary that one column of one append may hold.
  static let maxBytes = 256 << 20

  var byteCount: Int { builder.byteCount }

  mutating func finish() -> ArrowColumn { builder.finish() }

  /// Adds a row without a value.
  public mutating func appendNull() { builder.appendNull() }

  /// Adds a truth value to a column of truth values.
  public mutating func append(_ value: Bool) { builder.append(value) }

  /// Adds a number to a column of type FLOAT64.
  public mutating func append(_ value: Double) { builder.append(value) }

  /// Adds a number to a column of type FLOAT32.
  public mutating func append(_ value: Float) { builder.append(value) }

  /// Adds an integer to a column whose values are as wide: also dates (`Int32`, days), times,
  /// timestamps and durations (`Int64`, microseconds).
  public mutating func append<Integer: FixedWidthInteger & BitwiseCopyable>(integer: Integer) {
    builder.append(integer)
  }

  /// Adds text.
  /// - Throws: `RESOURCE_EXHAUSTED` when the column becomes too large for one append.
  public mutating func append(_ text: String) throws(PurSightError) {
    do throws(ArrowError) {
      try builder.append(text)
    } catch {
      throw tooLarge
    }
  }

  /// Adds bytes.
  /// - Throws: `RESOURCE_EXHAUSTED` when the column becomes too large for one append.
  public mutating func append(_ bytes: [UInt8]) throws(PurSightError) {
    do throws(ArrowError) {
      try builder.append(utf8: bytes.span)
    } catch {
      throw tooLarge
    }
  }

  private var tooLarge: PurSightError {
    PurSightError(
      .resourceExhausted,
      "Column \"\(name)\" has more than \(Self.maxBytes) bytes in one append; write fewer rows.")
  }
}

extension ArrowType {
  /// The Arrow type in which values of a column's type travel.
  init(_ type: ColumnType) {
    self =
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
      case .decimal128: .decimal128(precision: 38, scale: 0)
      case .bytes: .binary
      case .date: .date32
      case .time: .time64(.microsecond)
      case .timestamp: .timestamp(.microsecond, zone: "UTC")
      case .duration: .duration(.microsecond)
      default: .utf8
      }
  }
}
