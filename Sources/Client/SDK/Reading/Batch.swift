internal import PurSightArrow
internal import PurSightFormats

/// Some rows, column by column, as they came from the server. Immutable; rows are looked at in
/// place.
public struct Batch: Sendable {
  let arrow: RecordBatch
  let layout: RowLayout

  init(_ arrow: RecordBatch, _ layout: RowLayout? = nil) {
    self.arrow = arrow
    self.layout = layout ?? RowLayout(arrow.schema)
  }

  /// What is known of a column beside its values.
  public struct Field: Sendable, Hashable {
    /// The column's name.
    public let name: String
    /// Arrow's name of the type, such as `int64`, `string` or `timestamp[us, UTC]`.
    public let typeName: String
    /// Whether values may be null.
    public let isNullable: Bool
    /// Whether values are numbers, to be set flush right.
    public let isNumeric: Bool
  }

  /// How many rows there are.
  public var rowCount: Int { arrow.rowCount }

  /// The columns, in order.
  public var fields: [Field] { layout.fields }

  /// The rows, in order.
  public var rows: Rows { Rows(batch: self) }

  /// The rows of a batch, looked at in place.
  public struct Rows: RandomAccessCollection, Sendable {
    let batch: Batch

    /// The first position: 0.
    public var startIndex: Int { 0 }
    /// The position behind the last one.
    public var endIndex: Int { batch.rowCount }
    /// The row at a position.
    public subscript(position: Int) -> Row { Row(batch, position) }
  }

  /// The values of a column; nil stands for null.
  /// - Throws: `NOT_FOUND` for a column that is not there, `INVALID_ARGUMENT` when its type is
  ///   another.
  public func values<Value: ColumnValue>(
    _ column: String, as type: Value.Type = Value.self
  ) throws(PurSightError) -> [Value?] {
    let values = ColumnValues(arrow.columns[try layout.index(of: column)], column)
    var result: [Value?] = []
    result.reserveCapacity(rowCount)
    for row in 0..<rowCount { result.append(try Value.value(in: values, at: row)) }
    return result
  }

  /// A value as CSV has it; nil for null.
  public func text(row: Int, column: Int) -> String? {
    let column = arrow.columns[column]
    guard column.type != .null, column.isValid(row) else { return nil }
    if column.type.isText { return column.string(at: row) }
    var bytes: [UInt8] = []
    ValueText.append(column, row, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The columns that all batches of a read share, to be found by name.
final class RowLayout: Sendable {
  let fields: [Batch.Field]
  private let indices: [String: Int]

  init(_ schema: ArrowSchema) {
    fields = schema.fields.map {
      Batch.Field(
        name: $0.name, typeName: $0.type.description, isNullable: $0.nullable,
        isNumeric: $0.type.isNumeric)
    }
    indices = Dictionary(
      schema.fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func index(of name: String) throws(PurSightError) -> Int {
    if let index = indices[name] { return index }
    let names = fields.prefix(20).map(\.name).joined(separator: ", ")
    throw PurSightError(.notFound, "There is no column \"\(name)\"; there are \(names).")
  }
}

extension ArrowType {
  var isNumeric: Bool {
    switch self {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float32, .float64,
      .decimal128:
      true
    default: false
    }
  }
}
