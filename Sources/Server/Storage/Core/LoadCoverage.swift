/// The open load whose audit events cover a batch.
///
/// The flush fails with `guardFailed(.openLoad)` when the load is not open in this epoch any more.
package struct LoadCoverage: Hashable, Sendable {
  /// `write_stream.write_stream_id`.
  package let writeStreamID: Int64
  /// The epoch of the writer; a later one fences it.
  package let epoch: Int64

  package init(writeStreamID: Int64, epoch: Int64) {
    self.writeStreamID = writeStreamID
    self.epoch = epoch
  }
}
