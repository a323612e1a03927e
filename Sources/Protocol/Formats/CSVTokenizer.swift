internal import PurSightArrow

/// Where one field of a row lies in the bytes that were tokenized.
struct CSVField {
  /// The first byte, after the quote if there is one.
  var start: UInt32
  /// The bytes up to the delimiter or closing quote.
  var length: UInt32
  var kind: Kind

  enum Kind: UInt8 {
    case plain
    case quoted
    /// Quoted, with doubled quotes inside.
    case escaped
  }
}

/// A row that does not follow the format.
struct CSVDefect {
  enum Kind {
    case ragged(fields: Int)
    case textAfterQuote
    case fieldTooLong
    case rowTooLong
  }

  let kind: Kind
  /// The row's first byte, and the byte after it with its end of line.
  let start: Int
  let end: Int
  /// The field at fault, from 0 on.
  let field: Int
}

/// Finds rows and fields in bytes: RFC 4180 with LF or CRLF, quotes that may hold both.
///
/// Eight bytes are looked at together (SWAR): one exact comparison for each of delimiter, line feed
/// and quote. A quote inside a plain field is text. Lines without a byte are skipped where rows
/// have more than one field.
struct CSVTokenizer {
  let delimiter: UInt8
  let quote: UInt8?
  /// The fields of a row; nil takes any number, for a header.
  var fieldCount: Int?
  let maxRowBytes: Int
  let maxFieldBytes: Int
  /// Whether a defect ends the work.
  let stopsAtDefect: Bool

  /// The fields of all rows found, row after row.
  private(set) var fields: [CSVField] = []
  /// Where each row found starts, its quote included.
  private(set) var rowStarts: [UInt32] = []
  private(set) var defects: [CSVDefect] = []
  /// The byte after the last row or defect.
  private(set) var end = 0
  /// Where a quote was opened that the bytes do not close.
  private(set) var openQuote: Int?
  /// The field in which the bytes end, from 0 on.
  private(set) var lastField = 0

  private var rowStart = 0
  private var fieldStart = 0
  private var rowFields = 0

  init(_ options: CSVOptions, fieldCount: Int?) {
    delimiter = options.delimiter
    quote = options.quote
    self.fieldCount = fieldCount
    maxRowBytes = options.maxRowBytes
    maxFieldBytes = options.maxFieldBytes
    stopsAtDefect = options.badRows == .fail
  }

  /// The rows found, good and bad.
  var rowCount: Int { rowStarts.count + defects.count }

  /// Finds whole rows from `start` on.
  ///
  /// - Parameters:
  ///   - maxRows: the most rows to find.
  ///   - softEnd: no row is begun at or after this byte.
  ///   - isFinal: whether no bytes follow, so that the last row may lack its end of line.
  mutating func run(
    _ bytes: borrowing RawSpan, from start: Int, maxRows: Int, softEnd: Int, isFinal: Bool
  ) {
    fields.removeAll(keepingCapacity: true)
    rowStarts.removeAll(keepingCapacity: true)
    defects.removeAll(keepingCapacity: true)
    openQuote = nil
    (end, rowStart, fieldStart, rowFields) = (start, start, start, 0)
    scan(bytes, maxRows: maxRows, softEnd: softEnd, isFinal: isFinal)
    // The fields of a row that did not end.
    lastField = rowFields
    fields.removeLast(rowFields)
  }

  private mutating func scan(
    _ bytes: borrowing RawSpan, maxRows: Int, softEnd: Int, isFinal: Bool
  ) {
    let count = bytes.byteCount
    let delimiters = Self.repeated(delimiter)
    let lines = Self.repeated(UInt8(ascii: "\n"))
    let quotes = Self.repeated(quote ?? UInt8(ascii: "\n"))
    var position = rowStart
    while position < count {
      let word = Self.word(bytes, position)
      var hits =
        Self.matches(word, delimiters) | Self.matches(word, lines) | Self.matches(word, quotes)
      var jump: Int?
      while hits != 0 {
        let found = position &+ hits.trailingZeroBitCount &>> 3
        guard found < count else { break }
        hits &= hits &- 1
        let byte = bytes.byte(at: found)
        if byte == delimiter {
          append(fieldStart, found, .plain)
          fieldStart = found &+ 1
        } else if byte == UInt8(ascii: "\n") {
          endPlainField(bytes, found)
          endRow(after: found)
          if isDone(maxRows, softEnd) { return }
        } else if found == fieldStart {
          jump = quotedField(bytes, isFinal: isFinal)
          if jump == nil || isDone(maxRows, softEnd) { return }
          break
        }
      }
      position = jump ?? position &+ 8
    }
    if isFinal && rowStart < count {
      endPlainField(bytes, count)
      endRow(after: count)
      end = count
    }
  }

  private func isDone(_ maxRows: Int, _ softEnd: Int) -> Bool {
    rowCount >= maxRows || end >= softEnd || (stopsAtDefect && !defects.isEmpty)
  }

  private mutating func append(_ start: Int, _ end: Int, _ kind: CSVField.Kind) {
    fields.append(
      CSVField(
        start: UInt32(truncatingIfNeeded: start), length: UInt32(truncatingIfNeeded: end &- start),
        kind: kind))
    rowFields &+= 1
  }

  /// Ends the plain field before a line feed (or the end), without the carriage return.
  private mutating func endPlainField(_ bytes: borrowing RawSpan, _ found: Int) {
    var fieldEnd = found
    if fieldEnd > fieldStart, bytes.byte(at: fieldEnd &- 1) == UInt8(ascii: "\r") { fieldEnd &-= 1 }
    append(fieldStart, fieldEnd, .plain)
  }

  /// Closes the row that ends with the byte at `found`.
  private mutating func endRow(after found: Int) {
    let next = found &+ 1
    let isBlank =
      rowFields == 1 && fields[fields.count &- 1].length == 0
      && fields[fields.count &- 1].kind == .plain
    if isBlank && fieldCount != 1 {
      fields.removeLast()
    } else if next &- rowStart > maxRowBytes {
      reject(.rowTooLong, field: 0, end: next)
    } else if let long = longField(rowBytes: next &- rowStart) {
      reject(.fieldTooLong, field: long, end: next)
    } else if let fieldCount, rowFields != fieldCount {
      reject(.ragged(fields: rowFields), field: min(rowFields, fieldCount), end: next)
    } else {
      rowStarts.append(UInt32(truncatingIfNeeded: rowStart))
    }
    (end, rowStart, fieldStart, rowFields) = (next, next, next, 0)
  }

  private func longField(rowBytes: Int) -> Int? {
    guard rowBytes > maxFieldBytes else { return nil }
    return fields.suffix(rowFields).firstIndex { Int($0.length) > maxFieldBytes }
      .map { $0 - (fields.count - rowFields) }
  }

  private mutating func reject(_ kind: CSVDefect.Kind, field: Int, end: Int) {
    fields.removeLast(rowFields)
    rowFields = 0
    defects.append(CSVDefect(kind: kind, start: rowStart, end: end, field: field))
  }

  /// Takes the quoted field that starts at `fieldStart` and what ends it.
  ///
  /// - Returns: the byte to go on at, or nil when the bytes end first.
  private mutating func quotedField(
    _ bytes: borrowing RawSpan, isFinal: Bool
  ) -> Int? {
    let start = fieldStart &+ 1
    var kind = CSVField.Kind.quoted
    var close = indexOfQuote(bytes, start)
    while let found = close, found &+ 1 < bytes.byteCount, bytes.byte(at: found &+ 1) == quote {
      kind = .escaped
      close = indexOfQuote(bytes, found &+ 2)
    }
    guard let close, close &+ 1 < bytes.byteCount || isFinal else {
      openQuote = fieldStart
      return nil
    }
    var next = close &+ 1
    if next < bytes.byteCount, bytes.byte(at: next) == delimiter {
      append(start, close, kind)
      fieldStart = next &+ 1
      return fieldStart
    }
    if next < bytes.byteCount, bytes.byte(at: next) == UInt8(ascii: "\r") { next &+= 1 }
    if next >= bytes.byteCount && !isFinal { return nil }
    let endsRow = next >= bytes.byteCount || bytes.byte(at: next) == UInt8(ascii: "\n")
    if endsRow {
      append(start, close, kind)
      endRow(after: next)
      end = min(end, bytes.byteCount)
      return end
    }
    return skipRow(bytes, from: next, isFinal: isFinal)
  }

  /// Rejects the row at hand, in which text follows a closing quote, and goes on after its line.
  private mutating func skipRow(
    _ bytes: borrowing RawSpan, from start: Int, isFinal: Bool
  ) -> Int? {
    var position = start
    while position < bytes.byteCount, bytes.byte(at: position) != UInt8(ascii: "\n") {
      position &+= 1
    }
    guard position < bytes.byteCount || isFinal else { return nil }
    let next = min(position &+ 1, bytes.byteCount)
    reject(.textAfterQuote, field: rowFields, end: next)
    (end, rowStart, fieldStart) = (next, next, next)
    return next
  }

  private func indexOfQuote(_ bytes: borrowing RawSpan, _ start: Int) -> Int? {
    let quotes = Self.repeated(quote ?? 0)
    var position = start
    while position < bytes.byteCount {
      let hits = Self.matches(Self.word(bytes, position), quotes)
      let found = position &+ hits.trailingZeroBitCount &>> 3
      if hits != 0 && found < bytes.byteCount { return found }
      position &+= 8
    }
    return nil
  }

  /// Eight bytes from `position` on; zeros after the end.
  @inline(__always)
  private static func word(_ bytes: borrowing RawSpan, _ position: Int) -> UInt64 {
    if position &+ 8 <= bytes.byteCount {
      return bytes.word(at: position)
    }
    var word: UInt64 = 0
    for index in position..<bytes.byteCount {
      word |= UInt64(bytes.byte(at: index)) &<< UInt64(truncatingIfNeeded: 8 &* (index &- position))
    }
    return word
  }

  @inline(__always)
  private static func repeated(_ byte: UInt8) -> UInt64 {
    UInt64(byte) &* 0x0101_0101_0101_0101
  }

  /// The high bit of every byte of `word` that equals the byte of `pattern`; exact, no carry
  /// between bytes.
  @inline(__always)
  private static func matches(_ word: UInt64, _ pattern: UInt64) -> UInt64 {
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    let difference = word ^ pattern
    return ~(((difference & low) &+ low) | difference | low)
  }
}

extension CSVTokenizer {
  /// What is wrong with the unfinished row at `head`, or nil where more bytes may end it.
  ///
  /// - Parameters:
  ///   - line: the number of the line at `head`.
  ///   - names: the columns, as far as they are known.
  func unfinished(
    _ bytes: borrowing RawSpan, _ head: Int, line: Int, names: [String], isFinal: Bool
  ) -> FormatError? {
    guard isFinal || bytes.byteCount - head > maxRowBytes else { return nil }
    let column = lastField < names.count ? names[lastField] : nil
    if let openQuote {
      return FormatError(
        .unclosedQuote,
        "the quote that opens here is never closed; close it, or read the file without quotes",
        line: line + ByteFacts(bytes, head..<openQuote).lineFeeds, columnNumber: lastField + 1,
        column: column)
    }
    guard bytes.byteCount - head > maxRowBytes else { return nil }
    return FormatError(
      .limitExceeded, "the row is longer than \(maxRowBytes) bytes; is the delimiter right?",
      line: line, columnNumber: lastField + 1, column: column)
  }
}
