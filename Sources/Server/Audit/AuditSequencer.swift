package import PurSightCrypto
internal import PurSightGovernance
package import PurSightServiceKit
internal import PurSightStorage
internal import PurSightTransparencyLog

/// Gives committed events their place in the log and signs what the log is then.
///
/// Any number may run beside one another: the head's size guards every append, so a slower one
/// writes nothing and starts over. The signing key is in this process only, never in the database.
package struct AuditSequencer: Sendable {
  /// How often the outbox is looked at.
  static let interval: Duration = .milliseconds(100)
  /// How often the partitions of the months ahead are looked after.
  static let housekeepingInterval: Duration = .seconds(3600)

  private let store: AuditStore
  private let clock: @Sendable () -> Int64
  private let key: Ed25519PrivateKey
  private let origin: String

  /// - Parameter origin: The log's name, such as `pursight-dev`; the first part of its verifier
  ///   key.
  package init(_ kit: ServiceContext, key: Ed25519PrivateKey, origin: String) {
    store = AuditStore(kit.storage)
    clock = kit.clock
    self.key = key
    self.origin = origin
  }

  /// The verifier key that clients pin.
  package func verifierKey() throws -> String {
    try VerifierKey(name: origin, publicKey: key.publicKey).description
  }

  /// Works until the task is cancelled. A database that is away is waited for.
  /// - Parameter onError: Told once for each run of failures.
  package func run(onError: @Sendable (String) -> Void) async {
    var hasFailed = false
    var housekeeping = ContinuousClock.now
    while !Task.isCancelled {
      do {
        if ContinuousClock.now >= housekeeping {
          try await store.makeMonths()
          housekeeping = .now.advanced(by: Self.housekeepingInterval)
        }
        while try await step() == AuditStore.maxBatch, !Task.isCancelled {}
        hasFailed = false
      } catch {
        if !hasFailed, !Task.isCancelled {
          onError("The audit log cannot be brought up to date: \(error). Trying again.")
        }
        hasFailed = true
      }
      try? await Task.sleep(for: Self.interval)
    }
  }

  /// Gives the events that are there their leaves. Returns how many there were.
  @discardableResult
  package func step() async throws -> Int {
    let pending = try await store.pending()
    guard !pending.isEmpty else { return 0 }
    let head = try await store.head()
    var range = try CompactRange(size: head.size, frontier: head.frontier)
    var nodes: [StoredNode] = []
    var hashes: [SHA256Digest] = []
    for event in pending {
      let hash = MerkleTree.leafHash(event.body)
      hashes.append(hash)
      nodes += range.append(hash).filter { $0.level > 0 }
    }
    let time = clock()
    let checkpoint = try Checkpoint(origin: origin, size: range.size, root: range.root)
      .signed(with: key, unixSeconds: time / 1_000_000)
    do throws(StorageError) {
      try await store.append(
        AuditStore.Batch(
          before: head.size, after: range.size, events: pending.map(\.eventID), hashes: hashes,
          nodes: nodes, frontier: range.frontier, root: range.root, note: checkpoint.note,
          time: time))
    } catch {
      guard error.code == .guardFailed(AuditStore.isHead) else { throw error }
      return 0
    }
    return pending.count
  }
}
