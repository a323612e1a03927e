package import PurSightArrow

/// A place in a file between two rows.
package struct SourcePosition: Sendable, Hashable {
  /// The bytes before the place.
  package var byteOffset: Int
  /// The number of the line that starts here, from 1 on.
  package var line: Int
  /// The rows before the place, rejected ones included; the header is none.
  package var row: Int

  package init(byteOffset: Int, line: Int, row: Int) {
    self.byteOffset = byteOffset
    self.line = line
    self.row = row
  }

  /// The first byte of a file.
  package static let start = SourcePosition(byteOffset: 0, line: 1, row: 0)
}

/// A row that was left out of a batch because it could not be read.
package struct RejectedRow: Sendable {
  /// The number of the row in the file, from 0 on.
  package let row: Int
  /// The byte of the file at which the row starts.
  package let byteOffset: Int
  /// What is wrong, with line and column.
  package let error: FormatError
  /// The row as it stands in the file, without the end of the line.
  package let text: [UInt8]
}

/// Rows of a file that were read together.
///
/// Where one batch ends depends on the file and the options only, not on the pieces in which the
/// file came: a load that is resumed at `end` sees the same batches again.
package struct SourceBatch: Sendable {
  /// The rows that could be read.
  package let batch: RecordBatch
  /// The rows that could not, in order; always empty under `BadRowPolicy.fail`.
  package let rejected: [RejectedRow]
  /// The place before the first row.
  package let start: SourcePosition
  /// The place after the last row; reading may resume here.
  package let end: SourcePosition
}

/// What a reader does with a row that it cannot read.
package enum BadRowPolicy: Sendable, Hashable {
  /// The reader throws at the first such row.
  case fail
  /// The row is left out and handed over as a `RejectedRow`.
  case quarantine
}
