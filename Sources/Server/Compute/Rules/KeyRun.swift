/// Fingerprints of keys in ascending order: the durable form of what a unique rule remembers.
///
/// One run is stored with each batch, in its transaction; runs of many batches merge into one.
package struct KeyRun: Sendable, Hashable {
  /// Ascending, each once.
  package let fingerprints: [UInt64]

  /// Sorts fingerprints and keeps each once.
  package init(_ fingerprints: [UInt64]) {
    var sorted: [UInt64] = []
    sorted.reserveCapacity(fingerprints.count)
    for value in fingerprints.sorted() where sorted.last != value { sorted.append(value) }
    self.fingerprints = sorted
  }

  /// Eight bytes per fingerprint, least significant first.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(fingerprints.count * 8)
    for value in fingerprints {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> shift))
      }
    }
    return bytes
  }

  /// Decodes a run.
  ///
  /// - Throws: `malformed` when the length is no multiple of eight or the order is not ascending.
  package init(decoding bytes: [UInt8]) throws(ComputeError) {
    guard bytes.count % 8 == 0 else {
      throw ComputeError(.malformed, "a key run has \(bytes.count) bytes, no multiple of 8")
    }
    var values: [UInt64] = []
    values.reserveCapacity(bytes.count / 8)
    for start in stride(from: 0, to: bytes.count, by: 8) {
      let value = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64($1 * 8) }
      guard values.last.map({ $0 < value }) ?? true else {
        throw ComputeError(.malformed, "a key run is not in ascending order")
      }
      values.append(value)
    }
    fingerprints = values
  }

  /// The fingerprints of several runs as one.
  package static func merging(_ runs: [KeyRun]) -> KeyRun {
    KeyRun(runs.flatMap(\.fingerprints))
  }
}
