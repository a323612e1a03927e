package import PurSightArrow

/// A row and the fingerprint of its key.
package struct KeyCandidate: Sendable, Hashable {
  /// Row inside its batch, from 0.
  package var row: Int
  package var fingerprint: UInt64
}

/// Finds the rows with certain keys in stored batches, to verify what fingerprints say.
///
/// Single owner; serves any number of batches of its schema.
package struct KeyLocator: Sendable {
  private var keys: KeyColumns
  private var hashes = BatchHashes()

  /// Binds a key to the columns of a schema.
  ///
  /// - Throws: `schemaMismatch` when a column is missing.
  package init(columns: [String], schema: ArrowSchema) throws(ComputeError) {
    var positions: [Int] = []
    for name in columns {
      guard let position = schema.index(of: name) else {
        throw ComputeError(.schemaMismatch, "there is no column \"\(name)\"")
      }
      positions.append(position)
    }
    keys = KeyColumns(positions)
  }

  /// The rows of a batch whose key has one of the fingerprints, ascending.
  package mutating func locate(
    _ fingerprints: Set<UInt64>, in batch: RecordBatch
  ) -> [KeyCandidate] {
    hashes.begin(batch)
    keys.compute(batch, &hashes)
    return (0..<batch.rowCount).compactMap { row in
      guard keys.valid[row >> 6] >> UInt64(row & 63) & 1 == 1,
        fingerprints.contains(keys.prints[row])
      else { return nil }
      return KeyCandidate(row: row, fingerprint: keys.prints[row])
    }
  }

  /// Whether the keys of two rows, neither with a null in it, are the same value by value.
  package func areEqual(
    _ a: RecordBatch, _ rowA: Int, _ b: RecordBatch, _ rowB: Int
  ) -> Bool {
    keys.positions.allSatisfy { position in
      let (first, second) = (a.columns[position].slice(rowA..<rowA + 1), b.columns[position])
      guard
        let both = try? ArrowColumn.concatenating([first, second.slice(rowB..<rowB + 1)])
      else { return false }
      return DuplicateFinder.isEqual(both, 0, 1)
    }
  }
}
