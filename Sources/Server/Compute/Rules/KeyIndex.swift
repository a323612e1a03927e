/// The keys that a unique rule has seen, as fingerprints in memory.
///
/// Rebuilt from the stored runs when a stream is opened; discarded when a batch that was put in is
/// not stored after all.
package struct KeyIndex: Sendable {
  /// Memory that one index may take, in bytes; about 4 million keys at least.
  package static let maxBytes = 64 * 1_024 * 1_024

  private(set) var known = FingerprintSet()
  /// Whether keys were left out because of the limit, so that later verdicts are errors.
  package private(set) var isExhausted = false

  private let limit: Int

  /// Starts an empty index that takes at most `limit` bytes and the keys of one batch.
  package init(limit: Int = maxBytes) { self.limit = limit }

  /// Puts in the keys of a stored run.
  package mutating func insert(_ run: KeyRun) {
    insert(contentsOf: run.fingerprints)
  }

  /// The number of keys.
  package var count: Int { known.count }

  mutating func insert(contentsOf prints: [UInt64]) {
    guard known.byteCount < limit else {
      isExhausted = isExhausted || !prints.isEmpty
      return
    }
    known.insert(contentsOf: prints)
  }

  /// Every key as one run.
  package var run: KeyRun { KeyRun(known.sorted) }
}
