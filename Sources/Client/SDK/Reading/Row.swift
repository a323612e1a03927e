internal import PurSightArrow

/// One row of a batch. A look into the batch: nothing is copied until a value is asked for.
public struct Row: Sendable {
  private let batch: Batch
  private let index: Int

  init(_ batch: Batch, _ index: Int) {
    self.batch = batch
    self.index = index
  }

  /// The columns, in order.
  public var fields: [Batch.Field] { batch.fields }

  /// A value that has to be there.
  /// - Throws: `NOT_FOUND` for a column that is not there, `INVALID_ARGUMENT` when its type is
  ///   another, `FAILED_PRECONDITION` for null.
  public subscript<Value: ColumnValue>(_ column: String) -> Value {
    get throws(PurSightError) {
      if let value: Value = try value(column) { return value }
      throw PurSightError(
        .failedPrecondition, "Column \"\(column)\" is null in a row where a value is expected.",
        advice: "Read it into an optional, or filter with `\(column) is not null`.")
    }
  }

  /// A value or nil for null.
  public subscript<Value: ColumnValue>(_ column: String) -> Value? {
    get throws(PurSightError) { try value(column) }
  }

  private func value<Value: ColumnValue>(_ column: String) throws(PurSightError) -> Value? {
    let position = try batch.layout.index(of: column)
    return try Value.value(in: ColumnValues(batch.arrow.columns[position], column), at: index)
  }

  /// A value as CSV has it; nil for null.
  public func text(_ column: Int) -> String? { batch.text(row: index, column: column) }
}

/// A type whose values are made of rows.
///
/// ```swift
/// struct Late: RowDecodable {
///   var carrier: String
///   var delay: Double?
///   static let columns = ["carrier", "dep_delay"]
///   init(_ row: Row) throws {
///     carrier = try row["carrier"]
///     delay = try row["dep_delay"]
///   }
/// }
/// ```
public protocol RowDecodable: Sendable {
  /// The columns that `init` looks at, so that only they are read; empty: all.
  static var columns: [String] { get }

  init(_ row: Row) throws
}

extension RowDecodable {
  /// All columns.
  public static var columns: [String] { [] }
}
