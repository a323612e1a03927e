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
  }

  /// What the server allows; before its first answer, what every server allows.
  struct Limits: Equatable {
    var maxBatchBytes = 1 << 20
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

  init(committed: Int64) {
    self.committed = committed
    next = committed
  }

  var isFull: Bool { pending.count >= limits.maxInFlight }
  var isEmpty: Bool { pending.isEmpty }

  mutating func add(_ request: AppendRowsRequest, rowCount: Int64) {
    var request = request
    request.offset = next
    pending.append(Append(offset: next, rowCount: rowCount, request: request))
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
