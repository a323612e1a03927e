internal import PurSightArrow
internal import PurSightFormats

/// The form in which rows are written for other programs.
public enum RowFormat: String, Sendable, CaseIterable {
  /// Comma-separated with a line of names; null is empty (RFC 4180).
  case csv
  /// One JSON object per line.
  case jsonLines
  /// An Arrow IPC stream.
  case arrowStream
}

/// Rows of a dataset as bytes of a file: to be written one after another as they come.
public struct ExportSequence: AsyncSequence, Sendable {
  /// What the sequence is made of.
  public typealias Element = [UInt8]
  /// How it can fail.
  public typealias Failure = PurSightError

  private let batches: BatchSequence
  private let format: RowFormat

  init(_ batches: BatchSequence, _ format: RowFormat) {
    self.batches = batches
    self.format = format
  }

  /// Walks through the sequence once. For one task.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private enum State {
      case new
      case writing(RowWriter)
      case ended
    }

    private var batches: BatchSequence.AsyncIterator
    private let format: RowFormat
    private var state = State.new

    init(_ batches: BatchSequence, _ format: RowFormat) {
      self.batches = batches.makeAsyncIterator()
      self.format = format
    }

    /// The next element; nil at the end.
    public mutating func next() async throws(PurSightError) -> [UInt8]? {
      switch state {
      case .new:
        let writer = RowWriter(format, try await batches.layout().0)
        state = .writing(writer)
        let start = writer.start
        return start.isEmpty ? try await next() : start
      case .writing(let writer):
        if let batch = try await batches.next() { return try writer.write(batch.arrow) }
        state = .ended
        let end = writer.end
        return end.isEmpty ? nil : end
      case .ended: return nil
      }
    }

    /// As `next()`.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(PurSightError) -> [UInt8]? { try await next() }
  }

  /// Begins anew.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(batches, format) }
}

/// Writes batches in one of the forms. Single-owner.
final class RowWriter {
  private let schema: ArrowSchema
  private let format: RowFormat
  private let csv = CSVWriter()
  private let json: JSONLinesWriter
  private var arrow: ArrowStreamWriter

  init(_ format: RowFormat, _ schema: ArrowSchema) {
    self.format = format
    self.schema = schema
    json = JSONLinesWriter(schema)
    arrow = ArrowStreamWriter(schema)
  }

  /// What comes before the rows.
  var start: [UInt8] {
    var bytes: [UInt8] = []
    switch format {
    case .csv: csv.appendHeader(of: schema, to: &bytes)
    case .jsonLines: break
    case .arrowStream: bytes = arrow.start
    }
    return bytes
  }

  func write(_ batch: RecordBatch) throws(PurSightError) -> [UInt8] {
    var bytes: [UInt8] = []
    switch format {
    case .csv: csv.append(batch, to: &bytes)
    case .jsonLines: json.append(batch, to: &bytes)
    case .arrowStream:
      do throws(ArrowError) {
        bytes = try arrow.write(batch)
      } catch {
        throw PurSightError(.internal, "The rows cannot be written as Arrow: \(error).")
      }
    }
    return bytes
  }

  /// What comes behind the rows.
  var end: [UInt8] { format == .arrowStream ? arrow.end : [] }
}
