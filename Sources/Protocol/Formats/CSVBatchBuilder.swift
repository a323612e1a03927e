internal import PurSightArrow

/// Collects the rows of one batch after another.
struct CSVBatchBuilder: Sendable {
  private let options: CSVOptions
  private let schema: ArrowSchema
  private var tokenizer: CSVTokenizer
  private var decoder: CSVColumnDecoder
  private var builders: [ColumnBuilder]
  /// The place before the batch's first row.
  private var start: SourcePosition
  private var rejected: [RejectedRow] = []
  /// A clear bit for each row in the builders that is rejected; nil while there is none.
  private var kept: BitmapBuilder?
  /// The rows in the builders.
  private var builtRows = 0

  /// The rows that are decoded together, column by column, while their bytes are in the cache.
  private static let blockRows = 1_024
  /// The most bytes of a rejected row that are handed over.
  private static let maxRejectedBytes = 64 << 10

  init(_ options: CSVOptions, _ schema: ArrowSchema, _ start: SourcePosition) {
    self.options = options
    self.schema = schema
    self.start = start
    tokenizer = CSVTokenizer(options, fieldCount: schema.fields.count)
    decoder = CSVColumnDecoder(options)
    builders = schema.fields.map { ColumnBuilder($0.type) }
  }

  /// Whether the batch is to be taken before more rows come.
  func isFull(at position: SourcePosition) -> Bool {
    position.row - start.row >= options.batchRows
      || position.byteOffset - start.byteOffset >= options.batchBytes
  }

  /// Reads a block of whole rows.
  ///
  /// - Parameters:
  ///   - head: the byte to start at, which is at `position` in the file.
  ///   - position: is moved behind what was read.
  /// - Returns: the byte after the last row; `head` when there is no whole row.
  /// - Throws: what is wrong with the rows.
  mutating func read(
    _ bytes: borrowing RawSpan, from head: Int, isFinal: Bool, position: inout SourcePosition
  ) throws(FormatError) -> Int {
    tokenizer.run(
      bytes, from: head,
      maxRows: min(Self.blockRows, options.batchRows - (position.row - start.row)),
      softEnd: head + options.batchBytes - (position.byteOffset - start.byteOffset),
      isFinal: isFinal)
    let end = tokenizer.end
    guard end > head else {
      if let error = tokenizer.unfinished(
        bytes, head, line: position.line, names: schema.fields.map(\.name), isFinal: isFinal)
      {
        throw error
      }
      return head
    }
    let facts = ByteFacts(bytes, head..<end)
    try decode(bytes, isPlainText: facts.isPlainText)
    if !decoder.badCells.isEmpty || !tokenizer.defects.isEmpty {
      try reject(bytes, head, position)
    } else {
      kept?.append(repeating: true, count: tokenizer.rowStarts.count)
    }
    builtRows += tokenizer.rowStarts.count
    position.row += tokenizer.rowCount
    position.byteOffset += end - head
    position.line += facts.lineFeeds
    return end
  }

  /// Returns the rows collected, or nil when there is none.
  mutating func takeBatch(end: SourcePosition) throws(FormatError) -> SourceBatch? {
    guard end.row > start.row else { return nil }
    var columns: [ArrowColumn] = []
    columns.reserveCapacity(builders.count)
    for index in builders.indices { columns.append(builders[index].finish()) }
    var batch: RecordBatch
    do {
      batch = try RecordBatch(schema: schema, columns: columns, rowCount: builtRows)
    } catch {
      throw FormatError(.badOption, error.description)
    }
    if var kept = kept.take() { batch = batch.filtering(kept.finish()) }
    let result = SourceBatch(batch: batch, rejected: rejected, start: start, end: end)
    rejected = []
    builtRows = 0
    start = end
    return result
  }

  private mutating func decode(
    _ bytes: borrowing RawSpan, isPlainText: Bool
  ) throws(FormatError) {
    decoder.startBlock()
    let fields = tokenizer.fields
    let block = CSVColumnDecoder.Block(
      bytes: Span<UInt8>(_bytes: bytes.extracting(0..<bytes.byteCount)),
      fields: fields.span, width: builders.count, rows: tokenizer.rowStarts.count,
      isPlainText: isPlainText)
    for column in builders.indices {
      try decoder.decode(block, column: column, into: &builders[column])
    }
  }

  /// Sorts bad rows out, or throws the first of them.
  private mutating func reject(
    _ bytes: borrowing RawSpan, _ head: Int, _ position: SourcePosition
  ) throws(FormatError) {
    var bad: [Int: CSVColumnDecoder.BadCell] = [:]
    for cell in decoder.badCells where bad[cell.row] == nil { bad[cell.row] = cell }
    var kept = kept.take() ?? Self.ones(builtRows)
    var defects = tokenizer.defects[...]
    var line = position.line
    var counted = head
    var row = position.row
    for index in 0...tokenizer.rowStarts.count {
      let isEnd = index == tokenizer.rowStarts.count
      let rowStart = isEnd ? Int.max : Int(tokenizer.rowStarts[index])
      while let defect = defects.first, defect.start < rowStart {
        defects.removeFirst()
        line += ByteFacts(bytes, counted..<defect.start).lineFeeds
        counted = defect.start
        let error = defect.error(
          line: line, fieldCount: schema.fields.count, column: name(defect.field))
        try reject(error, bytes, defect.start..<defect.end, row, position, head)
        row += 1
      }
      guard !isEnd else { break }
      kept.append(bad[index] == nil)
      if let cell = bad[index] {
        line += ByteFacts(bytes, counted..<rowStart).lineFeeds
        counted = rowStart
        try reject(
          error(for: cell, bytes, line: line), bytes, rowStart..<self.end(of: index), row,
          position, head)
      }
      row += 1
    }
    self.kept = kept
  }

  private static func ones(_ count: Int) -> BitmapBuilder {
    var builder = BitmapBuilder()
    builder.append(repeating: true, count: count)
    return builder
  }

  private mutating func reject(
    _ error: FormatError, _ bytes: borrowing RawSpan, _ range: Range<Int>, _ row: Int,
    _ position: SourcePosition, _ head: Int
  ) throws(FormatError) {
    if options.badRows == .fail || error.code == .limitExceeded && error.column == nil {
      throw error
    }
    var text = ArrowBuffer(
      copying: Span<UInt8>(
        _bytes: bytes.extracting(range.clamped(to: 0..<bytes.byteCount)))
    ).array
    while let last = text.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
      text.removeLast()
    }
    rejected.append(
      RejectedRow(
        row: row, byteOffset: position.byteOffset + range.lowerBound - head, error: error,
        text: Array(text.prefix(Self.maxRejectedBytes))))
  }

  /// The byte after a row of the block.
  private func end(of row: Int) -> Int {
    let start = Int(tokenizer.rowStarts[row])
    let next =
      row + 1 < tokenizer.rowStarts.count ? Int(tokenizer.rowStarts[row + 1]) : tokenizer.end
    let defect = tokenizer.defects.first { $0.start > start }?.start ?? next
    return min(next, defect)
  }

  private func name(_ field: Int) -> String? {
    field < schema.fields.count ? schema.fields[field].name : nil
  }

  private func error(
    for cell: CSVColumnDecoder.BadCell, _ bytes: borrowing RawSpan, line: Int
  ) -> FormatError {
    let field = tokenizer.fields[cell.row * builders.count + cell.column]
    let type = schema.fields[cell.column].type
    let text = String(
      decoding: ArrowBuffer(
        copying: Span<UInt8>(
          _bytes: bytes.extracting(
            Int(field.start)..<Int(field.start) + min(Int(field.length), 64)))
      ).array, as: UTF8.self)
    let message =
      cell.code == .badCell
      ? "\"\(text)\" is no \(type); correct it, choose another type for the column, or quarantine "
        + "bad rows" : FormatError.sentence(for: cell.code)
    return FormatError(
      cell.code, message, line: line, columnNumber: cell.column + 1,
      column: schema.fields[cell.column].name)
  }
}

extension FormatError {
  /// What to say of bytes that are no text.
  static func sentence(for code: Code) -> String {
    code == .nulByte
      ? "the text holds a NUL byte; remove it, or quarantine bad rows"
      : "the text is not UTF-8; convert the file (iconv -t UTF-8), or quarantine bad rows"
  }
}

extension CSVDefect {
  /// The defect as an error.
  func error(line: Int, fieldCount: Int, column: String?) -> FormatError {
    switch kind {
    case .ragged(let fields):
      FormatError(
        .raggedRow,
        "the row has \(fields) fields, the header \(fieldCount); is a delimiter or quote missing?",
        line: line, columnNumber: field + 1, column: column)
    case .textAfterQuote:
      FormatError(
        .textAfterQuote, "text follows the closing quote; double the quotes inside the field",
        line: line, columnNumber: field + 1, column: column)
    case .fieldTooLong:
      FormatError(
        .limitExceeded, "the field is longer than the limit; raise it, or quarantine bad rows",
        line: line, columnNumber: field + 1, column: column)
    case .rowTooLong:
      FormatError(
        .limitExceeded, "the row is longer than the limit; raise it, or split the row", line: line)
    }
  }
}
