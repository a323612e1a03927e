internal import PurSightArrow
internal import PurSightFormats
internal import PurSightTransparencyLog

/// An Arrow IPC stream. The first byte is the size of the pieces it arrives in; 0: as one.
func fuzzArrow(_ bytes: [UInt8]) {
  var input = FuzzInput(bytes)
  let size = input.number()
  var limits = ArrowLimits.defaults
  limits.maxBodyBytes = 1 << 20
  limits.maxBatchBytes = 4 << 20
  limits.maxRows = 1 << 16
  var reader = ArrowStreamReader(limits: limits)
  for piece in input.pieces(of: size == 0 ? max(input.rest.count, 1) : size) {
    guard let events = unsafe try? reader.receive(piece.span.bytes) else { return }
    for case .batch(let batch) in events {
      // Every value of a batch that was taken can be read.
      for column in batch.columns where column.type.isText {
        for row in 0..<column.length { _ = column.string(at: row) }
      }
      var encoder = ArrowEncoder(batch.schema)
      guard let message = try? encoder.encode(batch) else {
        preconditionFailure("a batch that was read cannot be written")
      }
      precondition(!message.encapsulated.isEmpty)
    }
  }
}

/// A CSV file. The first byte is the size of the pieces it arrives in; 0: as one.
func fuzzCSV(_ bytes: [UInt8]) {
  var input = FuzzInput(bytes)
  let size = input.number()
  guard var reader = try? CSVReader(CSVOptions()) else { preconditionFailure("no reader") }
  var rows = 0
  for piece in input.pieces(of: size == 0 ? max(input.rest.count, 1) : size) {
    guard let batches = unsafe try? reader.receive(piece.span.bytes) else { return }
    rows += batches.reduce(0) { $0 + $1.batch.rowCount }
  }
  if let batches = try? reader.finish() { rows += batches.reduce(0) { $0 + $1.batch.rowCount } }
  precondition(rows <= input.rest.count, "rows out of nothing")
}

/// A signed note (C2SP signed-note).
func fuzzNote(_ bytes: [UInt8]) {
  guard let text = String(validating: bytes, as: UTF8.self),
    let note = try? SignedNote(parsing: text)
  else { return }
  precondition(note.description == text, "a note is written otherwise than it was read")
}
