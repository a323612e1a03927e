package import PurSightCrypto

/// Replays a whole log and says which events are not what was signed.
///
/// It keeps two running trees: one over the hashes of the event bodies, one over the leaf hashes
/// that the server stored. A tree that reproduces a signed root is thereby proven, leaf by leaf.
/// When only the stored hashes do, the bodies that differ from them are the changed ones, and have
/// a name. When neither does, the signed checkpoints before and after enclose the damage. Memory
/// stays constant in the length of the log.
package struct LogVerifier: Sendable {
  /// The most single differences that are kept; further ones are counted.
  package static let maxDifferences = 1000
  /// The most checkpoints that are compared.
  package static let maxCheckpoints = 1_000_000

  private let checkpoints: [Checkpoint]
  private let minimumIndex: UInt64
  private var nextCheckpoint = 0
  private var nextIndex: UInt64 = 0
  private var bodies = Chain()
  private var stored = Chain()
  private var differences: [UInt64] = []
  private var differenceCount = 0
  private var missing: [Range<UInt64>] = []

  /// Starts a replay.
  ///
  /// - `checkpoints`: verified ones of one log in any order: the latest that the server published,
  ///   those before it, and what the client remembers. The largest decides how long the log is.
  /// - `minimumIndex`: events before it may have lost their bodies to retention.
  ///
  /// Throws `invalidArgument` for none, too many, or checkpoints of several logs; `forked` for two
  /// of one size with different roots.
  package init(
    checkpoints: [Checkpoint], minimumIndex: UInt64 = 0
  ) throws(TransparencyLogError) {
    guard
      (1...Self.maxCheckpoints).contains(checkpoints.count),
      checkpoints.allSatisfy({ $0.origin == checkpoints[0].origin })
    else {
      throw TransparencyLogError(
        .invalidArgument, "A replay needs 1 to \(Self.maxCheckpoints) checkpoints of one log")
    }
    var ascending: [Checkpoint] = []
    for checkpoint in checkpoints.sorted(by: { $0.size < $1.size }) {
      if checkpoint.size == ascending.last?.size {
        guard checkpoint.root == ascending.last?.root else {
          throw TransparencyLogError(
            .forked, "Two different logs of \(checkpoint.size) events were signed")
        }
      } else {
        ascending.append(checkpoint)
      }
    }
    self.checkpoints = ascending
    self.minimumIndex = minimumIndex
    compareCheckpoints()
  }

  /// The number of events that the latest checkpoint covers.
  package var size: UInt64 { checkpoints[checkpoints.count - 1].size }

  /// Takes the next event. Indexes ascend; one left out is a missing event, one beyond the latest
  /// checkpoint is not signed yet and is passed over.
  ///
  /// - `body`: the stored bytes; nil when the server has none any more.
  /// - `storedLeafHash`: what the server's index of the log holds; nil when it is not at hand.
  ///
  /// Throws `invalidArgument` when an index comes again or out of order.
  package mutating func consume(
    index: UInt64, body: [UInt8]?, storedLeafHash: SHA256Digest?
  ) throws(TransparencyLogError) {
    guard index >= nextIndex else {
      throw TransparencyLogError(
        .invalidArgument, "Event \(index) came after event \(nextIndex - 1); replay in order")
    }
    guard index < size else { return }
    if index > nextIndex { skip(to: index) }
    let bodyHash = body.map(MerkleTree.leafHash)
    if let bodyHash, let storedLeafHash, bodyHash != storedLeafHash {
      differenceCount += 1
      if differences.count < Self.maxDifferences { differences.append(index) }
    }
    if body == nil, index >= minimumIndex || storedLeafHash == nil {
      noteMissing(index..<(index + 1))
    }
    bodies.append(bodyHash ?? storedLeafHash)
    stored.append(storedLeafHash ?? bodyHash)
    nextIndex = index + 1
    compareCheckpoints()
  }

  /// Ends the replay and answers what was found.
  package consuming func finish() -> LogReport {
    if nextIndex < size { skip(to: size) }
    var findings = missing.map { LogReport.Finding.missing($0) }
    let provenSize = max(bodies.provenSize, stored.provenSize)
    for index in differences {
      if index < stored.provenSize {
        findings.append(.changed(index))
      } else if index < bodies.provenSize {
        findings.append(.leafHashChanged(index))
      }
    }
    let refuted = [bodies, stored].compactMap(\.refutedSize)
    if let end = refuted.filter({ $0 > provenSize }).min() {
      findings.append(
        end - provenSize == 1 ? .changed(provenSize) : .changedWithin(provenSize..<end))
    }
    for chain in [bodies, stored] {
      // The later root is reproduced and this earlier one is not: both cannot be of one log.
      guard let end = chain.refutedSize, end < chain.provenSize else { continue }
      if !findings.contains(.forked(end)) { findings.append(.forked(end)) }
    }
    return LogReport(
      size: size, provenSize: provenSize, findings: findings,
      unlistedDifferences: differenceCount - differences.count)
  }

  private mutating func skip(to index: UInt64) {
    noteMissing(nextIndex..<index)
    bodies.append(nil)
    stored.append(nil)
    nextIndex = index
  }

  private mutating func noteMissing(_ range: Range<UInt64>) {
    if let last = missing.last, last.upperBound == range.lowerBound {
      missing[missing.count - 1] = last.lowerBound..<range.upperBound
    } else if missing.count < Self.maxDifferences {
      missing.append(range)
    }
  }

  private mutating func compareCheckpoints() {
    while nextCheckpoint < checkpoints.count, checkpoints[nextCheckpoint].size <= nextIndex {
      bodies.compare(with: checkpoints[nextCheckpoint])
      stored.compare(with: checkpoints[nextCheckpoint])
      nextCheckpoint += 1
    }
  }
}

extension LogVerifier {
  /// A running tree, and what the checkpoints say about it.
  private struct Chain {
    private var range = CompactRange()
    private var isWhole = true
    /// The largest size at which the tree reproduces a signed root.
    private(set) var provenSize: UInt64 = 0
    /// The smallest size at which it does not.
    private(set) var refutedSize: UInt64?

    /// Appends a leaf; without one the tree ends here for good.
    mutating func append(_ leafHash: SHA256Digest?) {
      guard isWhole, let leafHash else {
        isWhole = false
        return
      }
      _ = range.append(leafHash)
    }

    mutating func compare(with checkpoint: Checkpoint) {
      guard isWhole, range.size == checkpoint.size else { return }
      if range.root == checkpoint.root {
        provenSize = checkpoint.size
      } else if refutedSize == nil {
        refutedSize = checkpoint.size
      }
    }
  }
}
