internal import PurSightAPI

/// Appends on their way: what was written, what of it was sent, what is durable.
///
/// A value that decides; `LoadWriter` acts. Offsets are rows from the start of the load.
struct AppendWindow {
  /// One append that is not known to be durable.
  struct Append {
    let offset: Int64
    let rowCount: Int64
    /// What goes out, without stream and epoch.
    let request: AppendRowsRequest

    var end: Int64 { offset + rowCount }

    /// Bytes of rows in it.
    var byteCount: Int {
      request.unparsedRows.reduce(request.arrowBatch.count) { $0 + $1.raw.count }
    }
  }

  /// What the server allows; before its first answer, what every server allows.
  struct Limits: Equatable {
    var maxBatchBytes = 4 << 20
    var maxBatchRows = 65_536
    var maxInFlight = 4

    /// More would only take memory.
    static let mostInFlight = 64

    init() {}

    init(_ limits: AppendLimits) {
      maxBatchBytes = max(Int(clamping: limits.maxBatchBytes), 1)
      maxBatchRows = max(Int(clamping: limits.maxBatchRows), 1)
      maxInFlight = min(max(Int(limits.maxInFlight), 1), Self.mostInFlight)
    }
  }

  var limits = Limits()
  /// Everything before it is durable.
  private(set) var committed: Int64
  /// The offset of the append that is added next.
  private(set) var next: Int64
  private(set) var pending: [Append] = []
  /// How many of `pending`, from the first, went out on the call at hand.
  private(set) var sentCount = 0

  /// Bytes of `pending`.
  private var pendingBytes = 0

  /// Bytes that are kept until they are durable.
  static let maxBytes = 16 << 20

  init(committed: Int64) {
    self.committed = committed
    next = committed
  }

  /// Whether nothing may be added: as many appends are on their way as the server allows, or as
  /// many bytes as this side keeps. A single append always finds room.
  var isFull: Bool {
    pending.count >= limits.maxInFlight || (pendingBytes >= Self.maxBytes && !isEmpty)
  }
  var isEmpty: Bool { pending.isEmpty }

  mutating func add(_ request: AppendRowsRequest, rowCount: Int64) {
    var request = request
    request.offset = next
    let append = Append(offset: next, rowCount: rowCount, request: request)
    pendingBytes += append.byteCount
    pending.append(append)
    next += rowCount
  }

  /// The append that goes out now; nil: all have.
  mutating func send() -> Append? {
    guard sentCount < pending.count else { return nil }
    defer { sentCount += 1 }
    return pending[sentCount]
  }

  /// Lets go of what is durable.
  ///
  /// - Parameter offset: What the server says; cumulative.
  /// - Throws: `DATA_LOSS` when it is none of the places at which an append ends: somebody else
  ///   writes to the load, or the rows are not those that were written before.
  mutating func acknowledge(_ offset: Int64) throws(PurSightError) {
    guard offset > committed else { return }
    let done = pending.prefix { $0.end <= offset }.count
    let end = done > 0 ? pending[done - 1].end : committed
    guard end == offset else {
      throw PurSightError(
        .dataLoss,
        "The server has rows up to \(offset), which is inside or behind the append at \(end).",
        reason: "OFFSET_MISMATCH",
        advice: "Somebody else writes to this load, or the rows are not the same as before.")
    }
    for append in pending.prefix(done) { pendingBytes -= append.byteCount }
    pending.removeFirst(done)
    sentCount = max(sentCount - done, 0)
    committed = offset
  }

  /// Begins again on a new call, from where the server is.
  ///
  /// - Throws: `DATA_LOSS` when the server has lost what it had acknowledged, or has what was not
  ///   sent.
  mutating func restart(at offset: Int64) throws(PurSightError) {
    guard offset >= committed else {
      throw PurSightError(
        .dataLoss,
        "The server had acknowledged rows up to \(committed) and now has them up to \(offset).",
        reason: "OFFSET_MISMATCH", advice: "Its database may have been restored from a backup.")
    }
    try acknowledge(offset)
    sentCount = 0
  }
}
