internal import PurSightRPC
internal import PurSightTransparencyLog

/// What the replay of the whole audit log has found.
public struct LogReport: Sendable {
  /// One thing that is wrong.
  public struct Problem: Sendable, Hashable {
    /// What can be wrong.
    public enum Kind: String, Sendable {
      /// An event is not what was signed.
      case changed = "CHANGED"
      /// Events are gone.
      case missing = "MISSING"
      /// A history that was signed before is not the beginning of this one.
      case forked = "FORKED"
    }

    /// What is wrong.
    public let kind: Kind
    /// The events' places in the log, from 0; for a fork, the size at which it was signed.
    public let indexes: Range<Int64>
    /// The event's id, where its bytes still say it.
    public let eventID: String?
    /// What is wrong, in a sentence without a stop, such as
    /// `event 12 of 31 was CHANGED after it was signed`.
    public let description: String
  }

  /// How many events the newest checkpoint covers.
  public let size: Int64
  /// The newest checkpoint, its signature verified.
  public let checkpoint: SignedCheckpoint
  /// What is wrong; none for a log that is complete and unchanged.
  public let problems: [Problem]
  /// Whether the log is complete and unchanged.
  public let isIntact: Bool

  /// - Throws: `DATA_LOSS` with the first problem and the reason `CHANGED`, `MISSING` or `FORKED`.
  public func requireIntact() throws(PurSightError) {
    guard !isIntact else { return }
    throw PurSightError(
      .dataLoss,
      "The audit log does not hold: \(problems.first?.description ?? "it is not complete").",
      reason: problems.first?.kind.rawValue ?? "MISSING")
  }
}

extension LogReport.Problem {
  init(_ finding: PurSightTransparencyLog.LogReport.Finding, _ text: String, eventID: String?) {
    let indexes: Range<UInt64>
    switch finding {
    case .changed(let index), .leafHashChanged(let index):
      (kind, indexes) = (.changed, index..<index + 1)
    case .changedWithin(let range): (kind, indexes) = (.changed, range)
    case .missing(let range): (kind, indexes) = (.missing, range)
    case .forked(let size): (kind, indexes) = (.forked, size..<size + 1)
    }
    self.indexes = Int64(clamping: indexes.lowerBound)..<Int64(clamping: indexes.upperBound)
    self.eventID = eventID
    description = text
  }
}
