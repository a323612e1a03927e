public import PurSightAPI
internal import PurSightArrow

/// The columns that values of a type are stored in, by key paths.
///
/// ```swift
/// static let rowSchema = RowSchema(Order.self) {
///   RowField("id", \.id)
///   RowField("email", \.email)      // an optional makes a column that may be null
/// }
/// ```
public struct RowSchema<Value>: Sendable {
  let fields: [RowField<Value>]

  /// Makes a schema of the fields that are listed.
  public init(_ type: Value.Type, @RowSchemaBuilder<Value> _ fields: () -> [RowField<Value>]) {
    self.fields = fields()
  }

  var arrow: ArrowSchema {
    ArrowSchema(
      fields.map { ArrowField($0.name, ArrowType($0.type), nullable: $0.isNullable) })
  }
}

/// One column of a schema: its name, and where its values come from.
public struct RowField<Value>: Sendable {
  /// The column's name.
  public let name: String
  /// The type of its values.
  public let type: ColumnType
  /// Whether it may be null.
  public let isNullable: Bool
  let append: @Sendable (Value, inout ColumnMaker) throws(PurSightError) -> Void

  /// A column that always has a value.
  public init<Member: ColumnValue>(
    _ name: String, _ path: any KeyPath<Value, Member> & Sendable
  ) {
    self.name = name
    type = Member.columnType
    isNullable = false
    append = { (value, column) throws(PurSightError) in
      try value[keyPath: path].append(to: &column)
    }
  }

  /// A column that may be null.
  public init<Member: ColumnValue>(
    _ name: String, _ path: any KeyPath<Value, Member?> & Sendable
  ) {
    self.name = name
    type = Member.columnType
    isNullable = true
    append = { (value, column) throws(PurSightError) in
      if let member = value[keyPath: path] {
        try member.append(to: &column)
      } else {
        column.appendNull()
      }
    }
  }
}

/// Collects the fields of a schema.
@resultBuilder
public enum RowSchemaBuilder<Value> {
  /// Takes one field.
  public static func buildExpression(_ field: RowField<Value>) -> RowField<Value> { field }

  /// Takes the fields in their order.
  public static func buildBlock(_ fields: RowField<Value>...) -> [RowField<Value>] { fields }
}

/// A type whose values can be stored as rows.
public protocol RowEncodable: Sendable {
  /// The columns that they are stored in.
  static var rowSchema: RowSchema<Self> { get }
}

/// Rows on their way into a batch. Single-owner.
struct RowBuffer<Value> {
  private let schema: RowSchema<Value>
  private let arrow: ArrowSchema
  private var columns: [ColumnMaker]
  private(set) var rowCount = 0

  init(_ schema: RowSchema<Value>) {
    self.schema = schema
    arrow = schema.arrow
    columns = schema.fields.map { ColumnMaker($0.name, $0.type) }
  }

  var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }

  mutating func append(_ value: Value) throws(PurSightError) {
    for index in columns.indices { try schema.fields[index].append(value, &columns[index]) }
    rowCount += 1
  }

  /// The rows as a batch; the buffer is empty afterwards.
  mutating func finish() throws(PurSightError) -> RecordBatch {
    var finished: [ArrowColumn] = []
    for index in columns.indices { finished.append(columns[index].finish()) }
    defer { rowCount = 0 }
    do throws(ArrowError) {
      return try RecordBatch(schema: arrow, columns: finished, rowCount: rowCount)
    } catch {
      throw PurSightError(
        .invalidArgument, "The rows do not fit their schema: \(error).",
        advice: "A ColumnValue has to append exactly one value of its columnType.")
    }
  }
}
