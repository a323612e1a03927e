package import PurSightArrow

/// Reads CSV that arrives in pieces of any size, and gives batches of rows.
///
/// The first bytes (`CSVOptions.sampleBytes`) are held back until the header is read and the types
/// are inferred; then at most one unfinished row and one unfinished batch are in memory. Single
/// owner; no input or output of its own.
package struct CSVReader: ~Copyable, Sendable {
  package let options: CSVOptions
  /// The columns, once the sample was read.
  package private(set) var schema: ArrowSchema?
  /// How the types were found, once the sample was read; empty where the schema was given.
  package private(set) var inference: [InferredColumn] = []

  private var pending: [UInt8] = []
  /// The bytes of `pending` that are read.
  private var head = 0
  /// The place of `head` in the file.
  private var position: SourcePosition
  /// How many bytes have to be there before another look at an unfinished row pays.
  private var wantedBytes = 0
  private var rows: CSVBatchBuilder?

  /// The pieces in which input is worked off, so that memory does not follow the caller's pieces.
  private static let pieceBytes = 1 << 20

  /// Starts at the head of a file whose columns are not known.
  ///
  /// - Throws: `badOption`.
  package init(_ options: CSVOptions = CSVOptions()) throws(FormatError) {
    try options.validate()
    self.options = options
    position = .start
  }

  /// Starts at a place in a file whose columns are known, for example where an earlier reader's
  /// batch ended. From the head of the file, the header has to name the same columns.
  ///
  /// - Throws: `badOption`, also for a type that CSV does not have.
  package init(
    _ options: CSVOptions, schema: ArrowSchema, from position: SourcePosition = .start
  ) throws(FormatError) {
    try options.validate()
    for field in schema.fields where !CSVOptions.canRead(field.type) {
      throw FormatError(
        .badOption, "a CSV column cannot be read as \(field.type)", column: field.name)
    }
    self.options = options
    let nullable = ArrowSchema(
      schema.fields.map { ArrowField($0.name, $0.type, metadata: $0.metadata) },
      metadata: schema.metadata)
    self.schema = nullable
    self.position = position
    if position.byteOffset > 0 { rows = CSVBatchBuilder(options, nullable, position) }
  }

  /// Takes bytes and returns the batches that they complete.
  ///
  /// - Throws: what is wrong with the file, with line and column; the reader cannot go on then.
  package mutating func receive(
    _ bytes: borrowing RawSpan
  ) throws(FormatError) -> [SourceBatch] {
    var batches: [SourceBatch] = []
    var taken = 0
    while taken < bytes.byteCount {
      let end = min(bytes.byteCount, taken + Self.pieceBytes)
      let piece = bytes.extracting(taken..<end)
      pending.append(bytes: piece)
      taken = end
      if rows == nil {
        guard pending.count >= options.sampleBytes, isWorthALook else { continue }
        try start(isFinal: false)
      }
      try read(isFinal: false, into: &batches)
    }
    return batches
  }

  /// Says that no bytes follow and returns the rows that are left.
  ///
  /// - Throws: `empty`, `noRows`, `unclosedQuote` and whatever the last rows bring.
  package mutating func finish() throws(FormatError) -> [SourceBatch] {
    var batches: [SourceBatch] = []
    if rows == nil { try start(isFinal: true) }
    try read(isFinal: true, into: &batches)
    if let last = try rows?.takeBatch(end: position) { batches.append(last) }
    return batches
  }

  /// Reads the header, infers types where they are not given, and makes ready for rows. Waits for
  /// more bytes where the header is not complete.
  private mutating func start(isFinal: Bool) throws(FormatError) {
    let bytes = ArrowBuffer(pending)
    let preface = CSVPreface(options)
    guard
      let header = try preface.header(bytes, known: schema, isFinal: isFinal)
    else {
      wantedBytes = pending.count * 2
      return
    }
    if schema == nil {
      guard let columns = try preface.infer(header, bytes, isFinal: isFinal) else {
        wantedBytes = pending.count * 2
        return
      }
      inference = columns
      schema = ArrowSchema(inference.map { ArrowField($0.name, $0.type) })
    }
    position.byteOffset += header.end
    position.line += header.lines
    head = header.end
    wantedBytes = 0
    if let schema { rows = CSVBatchBuilder(options, schema, position) }
  }

  /// Whether an unfinished row has doubled since it was looked at, or is too long anyway.
  private var isWorthALook: Bool {
    pending.count - head >= min(wantedBytes, options.maxRowBytes + 1)
  }

  private mutating func read(
    isFinal: Bool, into batches: inout [SourceBatch]
  ) throws(FormatError) {
    guard var rows = rows.take() else { return }
    defer { self.rows = rows }
    guard isFinal || isWorthALook else { return }
    // Gone before `pending` changes, so that nothing is copied.
    let bytes = ArrowBuffer(pending)
    while head < bytes.count {
      let step = try rows.read(
        bytes.bytes, from: head, isFinal: isFinal, position: &position)
      if step == head { break }
      head = step
      if rows.isFull(at: position), let batch = try rows.takeBatch(end: position) {
        batches.append(batch)
      }
    }
    pending.removeFirst(head)
    head = 0
    wantedBytes = isFinal ? 0 : pending.count * 2
  }
}
