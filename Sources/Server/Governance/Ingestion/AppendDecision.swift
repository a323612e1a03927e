/// Whether an append can be taken, decided against the stream as it stands.
///
/// The contract is that of BigQuery's Storage Write API: an offset is checked against the end of
/// the stream; before it the rows are there already, behind it some are missing. Either is told in
/// band.
package enum AppendDecision: Hashable, Sendable {
  /// The rows begin at the end of the stream.
  case accept(offset: Int64)
  /// All or some of the rows are stored already: nothing is stored twice.
  case alreadyExists(expected: Int64)
  /// Rows before these are missing.
  case outOfRange(expected: Int64)
  /// A younger writer has taken the stream over.
  case fenced(epoch: Int64)
  /// The stream takes no more rows.
  case closed(WriteStream.Life)

  /// - Parameters:
  ///   - offset: The offset that the writer named; nil: wherever the stream is.
  ///   - epoch: The epoch that opening gave to the writer.
  package init(offset: Int64?, epoch: Int64, to stream: WriteStream) {
    if stream.epoch != epoch {
      self = .fenced(epoch: stream.epoch)
    } else if stream.life != .open {
      self = .closed(stream.life)
    } else if let offset, offset < stream.nextOffset {
      self = .alreadyExists(expected: stream.nextOffset)
    } else if let offset, offset > stream.nextOffset {
      self = .outOfRange(expected: stream.nextOffset)
    } else {
      self = .accept(offset: stream.nextOffset)
    }
  }
}
