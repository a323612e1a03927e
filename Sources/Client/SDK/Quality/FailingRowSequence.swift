public import PurSightAPI
internal import PurSightArrow
internal import PurSightJSON
internal import PurSightRPC

/// A row that broke a rule.
public enum FailingRow: Sendable {
  /// It is stored, and where.
  case stored(RowId, Row)
  /// It is in quarantine.
  case quarantined(QuarantinedRow)

  /// Where it is, for people.
  public var position: String {
    switch self {
    case .stored(let id, _): "revision \(id.revision), segment \(id.segment), row \(id.row)"
    case .quarantined(let row) where row.line > 0: "quarantine, line \(row.line)"
    case .quarantined(let row): "quarantine, offset \(row.offset)"
    }
  }

  /// A value as text; nil for null and for a column that is not there.
  public subscript(_ column: String) -> String? {
    switch self {
    case .stored(_, let row):
      return row.fields.firstIndex { $0.name == column }.flatMap { row.text($0) }
    case .quarantined(let row):
      if row.column == column { return row.value }
      // Rows that did not parse are kept as raw bytes.
      guard let json = try? JSONValue(parsing: row.row) else { return nil }
      switch json[column] {
      case .string(let text): return text
      case .number(let number): return number.text
      case .bool(let value): return "\(value)"
      case .null, .array, .object, nil: return nil
      }
    }
  }
}

/// The rows that broke a rule of a run. Only as many are fetched as are taken.
public struct FailingRowSequence: AsyncSequence, Sendable {
  /// What the sequence is made of.
  public typealias Element = FailingRow
  /// How it can fail.
  public typealias Failure = PurSightError

  private let session: CallSession
  private let request: ReadFailingRowsRequest

  init(_ session: CallSession, _ request: ReadFailingRowsRequest) {
    self.session = session
    self.request = request
  }

  /// Walks through the sequence once. For one task.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private var responses: ServerStream<ReadFailingRowsResponse>.AsyncIterator
    private let decoder = MessageDecoder()
    private var rows: ArraySlice<FailingRow> = []

    init(_ sequence: FailingRowSequence) {
      let (session, request) = (sequence.session, sequence.request)
      responses = ServerStream(session) { (options) async throws(RPCError) in
        try await QualityServiceStub(session.channel).readFailingRows(request, options)
      }.makeAsyncIterator()
    }

    /// The next element; nil at the end.
    public mutating func next() async throws(PurSightError) -> FailingRow? {
      while rows.isEmpty {
        guard let response = try await responses.next() else { return nil }
        rows = try decoder.rows(response)[...]
      }
      return rows.removeFirst()
    }

    /// As `next()`.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(PurSightError) -> FailingRow? { try await next() }
  }

  /// Begins anew.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

  /// Single-owner: the iterator.
  final class MessageDecoder {
    private var decoder = ArrowDecoder()
    private var layout: RowLayout?

    func rows(_ response: ReadFailingRowsResponse) throws(PurSightError) -> [FailingRow] {
      var rows: [FailingRow] = []
      do throws(ArrowError) {
        if !response.arrowSchema.isEmpty {
          let event = try decoder.decode(message: ArrowBuffer(response.arrowSchema))
          if case .schema(let schema) = event { layout = RowLayout(schema) }
        }
        if !response.arrowBatch.isEmpty,
          case .batch(let arrow) = try decoder.decode(message: ArrowBuffer(response.arrowBatch))
        {
          let batch = Batch(arrow, layout)
          rows = zip(response.rowIds, batch.rows).map { .stored($0, $1) }
        }
      } catch {
        throw PurSightError(.dataLoss, "The server sent rows that are no Arrow: \(error).")
      }
      return rows + response.quarantined.map { .quarantined($0) }
    }
  }
}
