internal import PurSightArrow

/// Reads what comes before the rows of a CSV file: byte order mark and header; and infers types.
struct CSVPreface {
  /// The names of the columns and how much of the file they take.
  struct Header {
    let names: [String]
    /// The bytes and lines before the first row.
    let end: Int
    let lines: Int
  }

  let options: CSVOptions

  init(_ options: CSVOptions) {
    self.options = options
  }

  /// Reads the names of the columns from the head of a file.
  ///
  /// - Parameters:
  ///   - bytes: the head of the file.
  ///   - known: the columns, where they are given; their names have to be the header's.
  ///   - isFinal: whether the file ends with the bytes.
  /// - Returns: the header, or nil when it is not complete.
  /// - Throws: `empty`, `noHeader`, `duplicateColumn`, `limitExceeded`, `invalidUTF8`,
  ///   `unclosedQuote` or `badOption`.
  func header(
    _ bytes: ArrowBuffer, known: ArrowSchema?, isFinal: Bool
  ) throws(FormatError) -> Header? {
    let start = try byteOrderMark(bytes)
    if options.header == .absent, let known {
      return Header(names: known.fields.map(\.name), end: start, lines: 0)
    }
    var tokenizer = CSVTokenizer(options, fieldCount: nil)
    tokenizer.run(bytes.bytes, from: start, maxRows: 1, softEnd: .max, isFinal: isFinal)
    let lines = ByteFacts(bytes.bytes, 0..<tokenizer.end).lineFeeds
    guard tokenizer.rowStarts.count == 1 else {
      try checkUnfinished(tokenizer, bytes, isFinal: isFinal)
      return nil
    }
    guard tokenizer.fields.count <= options.maxColumns else {
      throw FormatError(
        .limitExceeded,
        "the line has \(tokenizer.fields.count) columns, allowed are \(options.maxColumns); "
          + "split the file or raise the limit", line: 1, columnNumber: options.maxColumns + 1)
    }
    if options.header == .absent {
      let names = tokenizer.fields.indices.map { "column\($0 + 1)" }
      return Header(names: names, end: start, lines: 0)
    }
    let names = try names(tokenizer.fields, bytes)
    if let known { try check(names, against: known) }
    return Header(names: names, end: min(tokenizer.end, bytes.count), lines: lines)
  }

  /// Returns the bytes of a UTF-8 byte order mark.
  private func byteOrderMark(_ bytes: ArrowBuffer) throws(FormatError) -> Int {
    let head = bytes.slice(0..<min(3, bytes.count)).array
    guard !head.isEmpty else {
      throw FormatError(.empty, "the file is empty; nothing was read")
    }
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
      throw FormatError(
        .invalidUTF8, "the file is UTF-16; convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)", line: 1)
    }
    return head == [0xEF, 0xBB, 0xBF] ? 3 : 0
  }

  private func checkUnfinished(
    _ tokenizer: CSVTokenizer, _ bytes: ArrowBuffer, isFinal: Bool
  ) throws(FormatError) {
    if let defect = tokenizer.defects.first {
      throw defect.error(line: 1, fieldCount: 0, column: nil)
    }
    if let error = tokenizer.unfinished(bytes.bytes, 0, line: 1, names: [], isFinal: isFinal) {
      throw error
    }
    if isFinal { throw FormatError(.empty, "the file holds only empty lines; nothing was read") }
  }

  private func names(
    _ fields: [CSVField], _ bytes: ArrowBuffer
  ) throws(FormatError) -> [String] {
    var names: [String] = []
    var seen: Set<String> = []
    let span = bytes.span(of: UInt8.self)
    var dataLike = 0
    for field in fields where looksLikeData(span, field) { dataLike += 1 }
    if options.header == .expected && dataLike * 2 >= fields.count {
      throw FormatError(
        .noHeader,
        "\(dataLike) of \(fields.count) fields of the first line look like data, not like names; "
          + "say that the file has no header, or that it has one that looks like this", line: 1)
    }
    for (index, field) in fields.enumerated() {
      let (start, count) = (Int(field.start), Int(field.length))
      let text = span.extracting(start..<start + count)
      if let code = CSVColumnDecoder.fault(of: text) {
        throw FormatError(
          code, FormatError.sentence(for: code), line: 1, columnNumber: index + 1)
      }
      var name = String(decoding: bytes.slice(start..<start + count).array, as: UTF8.self)
      if field.kind == .escaped, let quote = options.quote {
        let one = String(decoding: [quote], as: UTF8.self)
        name = name.split(separator: one + one, omittingEmptySubsequences: false)
          .joined(separator: one)
      }
      // Files with row numbers leave the name of the first column away.
      if name.isEmpty { name = "column\(index + 1)" }
      guard seen.insert(name).inserted else {
        throw FormatError(
          .duplicateColumn, "the header names this column twice; rename one of them", line: 1,
          columnNumber: index + 1, column: name)
      }
      names.append(name)
    }
    return names
  }

  /// Whether a field of the first line is a value rather than a name.
  private func looksLikeData(_ bytes: borrowing Span<UInt8>, _ field: CSVField) -> Bool {
    let (start, count) = (Int(field.start), Int(field.length))
    return Cell.float64(bytes, start, count) != nil || Cell.date(bytes, start, count) != nil
      || Cell.timestamp(bytes, start, count) != nil || Cell.bool(bytes, start, count) != nil
  }

  private func check(_ names: [String], against known: ArrowSchema) throws(FormatError) {
    for (index, field) in known.fields.enumerated() {
      guard index < names.count, names[index] == field.name else {
        let found = index < names.count ? "\"\(names[index])\"" : "nothing"
        throw FormatError(
          .badOption, "the header has \(found) where the dataset has \"\(field.name)\"", line: 1,
          columnNumber: index + 1, column: field.name)
      }
    }
    guard names.count == known.fields.count else {
      throw FormatError(
        .badOption, "the header has a column that the dataset does not have", line: 1,
        columnNumber: known.fields.count + 1, column: names[known.fields.count])
    }
  }

  /// Finds the types of the columns from the rows that end in the first `sampleBytes`, or where
  /// there is none, from all that are there.
  ///
  /// - Returns: the columns, or nil when there is no whole row.
  /// - Throws: `noRows`, or `badOption` where a type is given for a column that does not exist.
  func infer(
    _ header: Header, _ bytes: ArrowBuffer, isFinal: Bool
  ) throws(FormatError) -> [InferredColumn]? {
    for name in options.types.keys.sorted() where !header.names.contains(name) {
      throw FormatError(.badOption, "a type is given for a column that is not there", column: name)
    }
    let width = header.names.count
    var options = options
    options.badRows = .quarantine
    var tokenizer = CSVTokenizer(options, fieldCount: width)
    // A fixed part of the file, so that the types do not depend on the pieces it comes in.
    let sample = bytes.slice(0..<max(header.end, min(options.sampleBytes, bytes.count)))
    tokenizer.run(
      sample.bytes, from: header.end, maxRows: .max, softEnd: .max,
      isFinal: isFinal && sample.count == bytes.count)
    if tokenizer.rowCount == 0 {
      tokenizer.run(
        bytes.bytes, from: header.end, maxRows: .max, softEnd: .max, isFinal: isFinal)
    }
    if tokenizer.rowCount == 0 {
      if let error = tokenizer.unfinished(
        bytes.bytes, header.end, line: header.lines + 1, names: header.names, isFinal: isFinal)
      {
        throw error
      }
      guard isFinal else { return nil }
      throw FormatError(
        .noRows, "the file has a header but no row; give it rows, or the types of its columns",
        line: header.lines + 1)
    }
    let nulls = CSVNullTokens(options.nullTokens)
    let span = bytes.span(of: UInt8.self)
    var columns = [TypeInference](repeating: TypeInference(), count: width)
    var column = 0
    for field in tokenizer.fields {
      let (start, count) = (Int(field.start), Int(field.length))
      if nulls.contains(span, start, count) {
        columns[column].addNull()
      } else if field.kind == .escaped {
        columns[column].addText()
      } else {
        columns[column].add(span, start, count)
      }
      column = column + 1 == width ? 0 : column + 1
    }
    return zip(header.names, columns).map { name, column in
      InferredColumn(
        name: name, type: options.types[name] ?? column.type, rows: column.rows,
        nulls: column.nulls, isChosen: options.types[name] != nil)
    }
  }
}
