package import PurSightArrow
internal import PurSightJSON

/// Reads JSON Lines that arrive in pieces of any size, and gives batches of rows.
///
/// The columns are the keys of the sample's objects in the order in which they first appear; a key
/// that an object lacks is a null. Empty lines are skipped. Otherwise as `CSVReader`.
package struct JSONLinesReader: ~Copyable, Sendable {
  package let options: JSONLinesOptions
  /// The columns, once the sample was read.
  package private(set) var schema: ArrowSchema?
  /// How the types were found, once the sample was read; empty where the schema was given.
  package private(set) var inference: [InferredColumn] = []

  private var pending: [UInt8] = []
  private var position: SourcePosition
  private var batchStart: SourcePosition
  private var columns: [String: Int] = [:]
  private var builders: [ColumnBuilder] = []
  private var rejected: [RejectedRow] = []
  private var builtRows = 0

  /// The pieces in which input is worked off, so that memory does not follow the caller's pieces.
  private static let pieceBytes = 1 << 20

  /// Starts at the head of a file whose columns are not known.
  ///
  /// - Throws: `badOption`.
  package init(_ options: JSONLinesOptions = JSONLinesOptions()) throws(FormatError) {
    self.options = options
    position = .start
    batchStart = .start
    try Self.check(options.types)
  }

  /// Starts at a place in a file whose columns are known. Every column may hold nulls, whatever the
  /// schema says.
  ///
  /// - Throws: `badOption`.
  package init(
    _ options: JSONLinesOptions, schema: ArrowSchema, from position: SourcePosition = .start
  ) throws(FormatError) {
    self.options = options
    self.position = position
    batchStart = position
    try Self.check(Dictionary(schema.fields.map { ($0.name, $0.type) }) { $1 })
    begin(
      ArrowSchema(
        schema.fields.map { ArrowField($0.name, $0.type, metadata: $0.metadata) },
        metadata: schema.metadata))
  }

  private static func check(_ types: [String: ArrowType]) throws(FormatError) {
    for (name, type) in types where !CSVOptions.canRead(type) {
      throw FormatError(.badOption, "JSON cannot be read as \(type)", column: name)
    }
  }

  private mutating func begin(_ schema: ArrowSchema) {
    self.schema = schema
    columns = Dictionary(schema.fields.enumerated().map { ($1.name, $0) }) { first, _ in first }
    builders = schema.fields.map { ColumnBuilder($0.type) }
  }

  /// Takes bytes and returns the batches that they complete.
  ///
  /// - Throws: what is wrong with the file, with the line; the reader cannot go on then.
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
      if schema == nil && pending.count < options.sampleBytes { continue }
      try work(isFinal: false, &batches)
    }
    return batches
  }

  /// Says that no bytes follow and returns the rows that are left.
  ///
  /// - Throws: `empty`, `noRows` and whatever the last rows bring.
  package mutating func finish() throws(FormatError) -> [SourceBatch] {
    var batches: [SourceBatch] = []
    if position.byteOffset == 0 && pending.isEmpty {
      throw FormatError(.empty, "the file is empty; nothing was read")
    }
    try work(isFinal: true, &batches)
    if let last = try takeBatch() { batches.append(last) }
    return batches
  }

  private mutating func work(
    isFinal: Bool, _ batches: inout [SourceBatch]
  ) throws(FormatError) {
    let bytes = ArrowBuffer(pending)
    if schema == nil { try infer(bytes, isFinal: isFinal) }
    guard schema != nil else { return }
    var head = 0
    while let line = try nextLine(bytes, from: head, isFinal: isFinal) {
      try read(line, at: position)
      let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
      let end = min(head + line.count + 1, bytes.count)
      position.byteOffset += end - head
      position.line += 1
      position.row += isBlank ? 0 : 1
      head = end
      let isFull =
        position.row - batchStart.row >= options.batchRows
        || position.byteOffset - batchStart.byteOffset >= options.batchBytes
      if isFull, let batch = try takeBatch() { batches.append(batch) }
    }
    pending = bytes.slice(head..<bytes.count).array
  }

  /// The bytes of the next line without its line feed, or nil when it is not complete.
  private func nextLine(
    _ bytes: ArrowBuffer, from head: Int, isFinal: Bool
  ) throws(FormatError) -> [UInt8]? {
    let span = bytes.span(of: UInt8.self)
    var end = head
    while end < span.count && span[end] != UInt8(ascii: "\n") { end &+= 1 }
    guard end - head <= options.maxRowBytes else {
      throw FormatError(
        .limitExceeded,
        "the line is longer than \(options.maxRowBytes) bytes; is this JSON Lines?",
        line: position.line)
    }
    guard end < span.count || (isFinal && end > head) else { return nil }
    return bytes.slice(head..<end).array
  }

  /// Takes the columns and types from the rows at hand.
  private mutating func infer(_ bytes: ArrowBuffer, isFinal: Bool) throws(FormatError) {
    var names: [String] = []
    var found: [String: TypeInference] = [:]
    var rows = 0
    var head = 0
    // Lines that end in a fixed part of the file, so that the types do not depend on the pieces it
    // comes in; where there is none, the first.
    while let line = try nextLine(bytes, from: head, isFinal: isFinal) {
      let end = min(head + line.count + 1, bytes.count)
      if end > options.sampleBytes && rows > 0 { break }
      head = end
      guard let members = try? JSONLine(Self.withoutMark(line), maxColumns: options.maxColumns)
      else { continue }
      rows += 1
      for (key, value) in members.members {
        if found[key] == nil {
          names.append(key)
          found[key] = TypeInference()
        }
        found[key]?.add(value)
      }
    }
    guard rows > 0 else {
      if isFinal || head > 0 { try begin(withoutRows: bytes) }
      return
    }
    guard names.count <= options.maxColumns else {
      throw FormatError(
        .limitExceeded, "the objects have \(names.count) keys, allowed are \(options.maxColumns)")
    }
    inference = names.map { name in
      let column = found[name] ?? TypeInference()
      return InferredColumn(
        name: name, type: options.types[name] ?? column.type, rows: rows,
        nulls: rows - column.rows + column.nulls, isChosen: options.types[name] != nil)
    }
    begin(ArrowSchema(inference.map { ArrowField($0.name, $0.type) }))
  }

  /// Ends a file in which no line is an object: with the first line's fault, if there is one.
  private mutating func begin(withoutRows bytes: ArrowBuffer) throws(FormatError) {
    begin(ArrowSchema([]))
    guard bytes.array.contains(where: { $0 > 0x20 }) else {
      throw FormatError(.noRows, "the file holds only empty lines; nothing was read")
    }
  }

  /// A line without a UTF-8 byte order mark.
  private static func withoutMark(_ line: [UInt8]) -> [UInt8] {
    line.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(line.dropFirst(3)) : line
  }

  private mutating func read(
    _ line: [UInt8], at position: SourcePosition
  ) throws(FormatError) {
    guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return }
    do throws(FormatError) {
      let text = position.byteOffset == 0 ? Self.withoutMark(line) : line
      try append(try JSONLine(text, maxColumns: options.maxColumns))
      builtRows += 1
    } catch {
      let placed = FormatError(
        error.code, error.message, line: position.line, columnNumber: error.columnNumber,
        column: error.column)
      guard options.badRows == .quarantine else { throw placed }
      for index in builders.indices where builders[index].length > builtRows {
        builders[index].truncate(to: builtRows)
      }
      rejected.append(
        RejectedRow(
          row: position.row, byteOffset: position.byteOffset, error: placed,
          text: Array(line.prefix(64 << 10))))
    }
  }

  /// Appends a row; on an error some columns may have the row already.
  private mutating func append(_ line: JSONLine) throws(FormatError) {
    for (key, value) in line.members {
      guard let index = columns[key] else {
        throw FormatError(
          .unknownColumn, "the key is no column; add it to the first rows, or leave it away",
          column: key)
      }
      var fits = false
      do {
        fits = try builders[index].append(value)
      } catch {
        throw FormatError(.limitExceeded, error.message, column: key)
      }
      guard fits else {
        throw FormatError(
          .badCell,
          "\(value.name) is no \(builders[index].type); correct it, or quarantine bad rows",
          columnNumber: index + 1, column: key)
      }
    }
    for index in builders.indices where builders[index].length == builtRows {
      builders[index].appendNull()
    }
  }

  private mutating func takeBatch() throws(FormatError) -> SourceBatch? {
    guard position.row > batchStart.row, let schema else { return nil }
    var finished: [ArrowColumn] = []
    for index in builders.indices { finished.append(builders[index].finish()) }
    do {
      let batch = try RecordBatch(schema: schema, columns: finished, rowCount: builtRows)
      let result = SourceBatch(batch: batch, rejected: rejected, start: batchStart, end: position)
      (rejected, builtRows, batchStart) = ([], 0, position)
      return result
    } catch {
      throw FormatError(.badOption, error.description)
    }
  }
}
