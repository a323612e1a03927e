internal import PurSightArrow
internal import PurSightFormats
internal import PurSightRPC

/// Makes batches of the bytes of a file, whatever its form. Single-owner.
protocol RowParser: AnyObject {
  /// The columns, once enough was read.
  var schema: ArrowSchema? { get }
  /// Columns of the sample that hold a null.
  var nullColumns: Set<String> { get }

  func receive(_ bytes: [UInt8]) throws(PurSightError) -> [ParsedRows]
  func finish() throws(PurSightError) -> [ParsedRows]
}

/// Rows that were read together, and their place in the file.
struct ParsedRows: Sendable {
  /// The rows that could be read.
  let batch: RecordBatch
  /// The rows that could not, in order.
  let rejected: [RejectedRow]
  let start: SourcePosition
  let end: SourcePosition
}

extension ParsedRows {
  init(_ source: SourceBatch) {
    self.init(
      batch: source.batch, rejected: source.rejected, start: source.start, end: source.end)
  }
}

extension IngestPlan {
  /// A parser for the file.
  ///
  /// - Parameters:
  ///   - schema: The columns, where they are known.
  ///   - position: Where it starts; only the start of the file without `schema`.
  func parser(
    schema: ArrowSchema? = nil, from position: SourcePosition = .start
  ) throws(PurSightError) -> any RowParser {
    switch format {
    case .csv:
      try TextParser(path) { () throws(FormatError) in
        guard let schema else { return try CSVReader(csv) }
        return try CSVReader(csv, schema: schema, from: position)
      }
    case .jsonLines:
      try TextParser(path) { () throws(FormatError) in
        guard let schema else { return try JSONLinesReader(json) }
        return try JSONLinesReader(json, schema: schema, from: position)
      }
    case .arrowStream: ArrowParser(path)
    }
  }
}

/// What is wrong with a file, as our error.
private func unreadable(_ error: FormatError, _ path: String) -> PurSightError {
  PurSightError(
    .invalidArgument, "\(path): \(error.description).", reason: "FILE_\(error.code.rawValue)")
}

/// What the readers of text files have in common.
private protocol TextReader: ~Copyable {
  var schema: ArrowSchema? { get }
  var inference: [InferredColumn] { get }
  mutating func receive(_ bytes: borrowing RawSpan) throws(FormatError) -> [SourceBatch]
  mutating func finish() throws(FormatError) -> [SourceBatch]
}

extension CSVReader: TextReader {}
extension JSONLinesReader: TextReader {}

private final class TextParser<Reader: TextReader & ~Copyable>: RowParser {
  private var reader: Reader
  private let path: String

  init(_ path: String, _ open: () throws(FormatError) -> Reader) throws(PurSightError) {
    self.path = path
    do throws(FormatError) { reader = try open() } catch { throw unreadable(error, path) }
  }

  var schema: ArrowSchema? { reader.schema }
  var nullColumns: Set<String> { Set(reader.inference.filter { $0.nulls > 0 }.map(\.name)) }

  func receive(_ bytes: [UInt8]) throws(PurSightError) -> [ParsedRows] {
    do throws(FormatError) {
      return unsafe try reader.receive(bytes.span.bytes).map(ParsedRows.init)
    } catch {
      throw unreadable(error, path)
    }
  }

  func finish() throws(PurSightError) -> [ParsedRows] {
    do throws(FormatError) {
      return try reader.finish().map(ParsedRows.init)
    } catch {
      throw unreadable(error, path)
    }
  }
}

/// An Arrow stream is always read from its start: its schema and dictionaries are there.
private final class ArrowParser: RowParser {
  private var reader = ArrowStreamReader()
  private var position = SourcePosition.start
  private let path: String

  init(_ path: String) { self.path = path }

  var schema: ArrowSchema? { reader.schema }
  var nullColumns: Set<String> { [] }

  func receive(_ bytes: [UInt8]) throws(PurSightError) -> [ParsedRows] {
    let events: [ArrowEvent]
    do throws(ArrowError) {
      events = unsafe try reader.receive(bytes.span.bytes)
    } catch {
      throw unreadable(error)
    }
    // Messages may end anywhere; what counts is that the file is the same up to here.
    let byteOffset = position.byteOffset + bytes.count
    var batches: [ParsedRows] = []
    for case .batch(let batch) in events {
      let end = SourcePosition(
        byteOffset: byteOffset, line: 0, row: position.row + batch.rowCount)
      batches.append(ParsedRows(batch: batch, rejected: [], start: position, end: end))
      position = end
    }
    position.byteOffset = byteOffset
    return batches
  }

  func finish() throws(PurSightError) -> [ParsedRows] {
    do throws(ArrowError) {
      try reader.finish()
      return []
    } catch {
      throw unreadable(error)
    }
  }

  private func unreadable(_ error: ArrowError) -> PurSightError {
    PurSightError(.invalidArgument, "\(path): \(error).", reason: "FILE_ARROW")
  }
}
