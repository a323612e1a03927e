package import PurSightArrow

/// How a file of JSON Lines is read: one flat object per line.
package struct JSONLinesOptions: Sendable {
  /// The types of columns that are not to be inferred, by name; those that CSV can have.
  package var types: [String: ArrowType] = [:]
  package var badRows = BadRowPolicy.fail
  /// The bytes of the file that columns and types are inferred from.
  package var sampleBytes = 1 << 20
  /// The most rows of a batch.
  package var batchRows = 8_192
  /// The bytes of the file after which a batch ends.
  package var batchBytes = 1 << 20
  /// The most bytes of one line.
  package var maxRowBytes = 4 << 20
  package var maxColumns = 4_096

  package init() {}
}
