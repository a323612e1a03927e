/// What the replay of a log found.
package struct LogReport: Hashable, Sendable {
  /// One thing that is wrong.
  package enum Finding: Hashable, Sendable {
    /// The event at this index is not the one that was signed.
    case changed(UInt64)
    /// Some event among these is not the one that was signed; which one cannot be told, since the
    /// stored leaf hashes were changed too.
    case changedWithin(Range<UInt64>)
    /// These events are gone.
    case missing(Range<UInt64>)
    /// The event at this index is as signed, the server's stored leaf hash is not.
    case leafHashChanged(UInt64)
    /// The log of this size that was signed is not a beginning of the log signed later.
    case forked(UInt64)

    /// The failure as an error of the room.
    package var code: TransparencyLogError.Code {
      switch self {
      case .changed, .changedWithin, .leafHashChanged: .changed
      case .missing: .missing
      case .forked: .forked
      }
    }
  }

  /// The number of events that the latest checkpoint covers.
  package let size: UInt64
  /// How many events from the first on are proven to be what the log signed, apart from those that
  /// the findings name.
  package let provenSize: UInt64
  /// What is wrong, missing events first; empty when the log is complete and unchanged.
  package let findings: [Finding]
  /// Events whose bytes and stored hash differ, beyond the `LogVerifier.maxDifferences` examined.
  package let unlistedDifferences: Int

  /// Whether the log is complete and unchanged.
  package var isIntact: Bool { findings.isEmpty && provenSize == size }

  /// Does nothing for an intact log.
  ///
  /// Throws the first finding as an error otherwise.
  package func requireIntact() throws(TransparencyLogError) {
    if isIntact { return }
    guard let finding = findings.first else {
      throw TransparencyLogError(.missing, "Only \(provenSize) of \(size) events could be verified")
    }
    throw TransparencyLogError(finding.code, describe(finding))
  }

  /// A finding in a sentence.
  package func describe(_ finding: Finding) -> String {
    switch finding {
    case .changed(let index):
      "event \(index) of \(size) was CHANGED after it was signed"
    case .changedWithin(let range):
      "an event from \(range.lowerBound) to \(range.upperBound - 1) of \(size) was CHANGED after "
        + "it was signed, and its stored hash too"
    case .missing(let range) where range.count == 1:
      "event \(range.lowerBound) of \(size) is MISSING"
    case .missing(let range):
      "events \(range.lowerBound) to \(range.upperBound - 1) of \(size) are MISSING"
    case .leafHashChanged(let index):
      "the stored hash of event \(index) of \(size) was CHANGED; the event itself is as signed"
    case .forked(let size):
      "history was REWRITTEN: the log of \(size) events signed before is not part of this one"
    }
  }
}
