package import PurSightArrow

/// The keys of a parent dataset, built from its batches, that `references` rules look up.
///
/// Keys are 64-bit fingerprints: a child value that is missing in n parent keys is taken for
/// present with a probability of n / 2^64.
package struct ReferenceSet: Sendable {
  /// Memory that one set may take, in bytes; about 4 million keys at least.
  package static let maxBytes = 64 * 1_024 * 1_024

  private(set) var known = FingerprintSet()
  private(set) var families: [KeyFamily] = []
  private let columns: [String]
  private let limit: Int
  private var hashes = BatchHashes()

  /// Starts an empty set over columns of the parent dataset, in the order of the rule's.
  ///
  /// - Parameters:
  ///   - columns: the parent's columns.
  ///   - limit: the memory that the set may take, in bytes.
  package init(columns: [String], limit: Int = maxBytes) {
    self.columns = columns
    self.limit = limit
  }

  /// The number of keys.
  package var count: Int { known.count }

  /// Adds the keys of a batch; rows with a null in the key are no parents.
  ///
  /// - Throws: `schemaMismatch` when a column is missing or of a type without order, or changes
  ///   its type; `limitExceeded` when the set becomes too large.
  package mutating func add(_ batch: RecordBatch) throws(ComputeError) {
    var positions: [Int] = []
    var found: [KeyFamily] = []
    for name in columns {
      guard let position = batch.schema.index(of: name) else {
        throw ComputeError(.schemaMismatch, "the parent dataset has no column \"\(name)\"")
      }
      guard let family = KeyFamily(batch.schema.fields[position].type) else {
        throw ComputeError(.schemaMismatch, "the parent column \"\(name)\" has no values")
      }
      positions.append(position)
      found.append(family)
    }
    guard families.isEmpty || families == found else {
      throw ComputeError(.schemaMismatch, "the parent columns change their types between batches")
    }
    families = found
    hashes.begin(batch)
    var keys = KeyColumns(positions)
    keys.compute(batch, &hashes)
    var prints: [UInt64] = []
    for word in 0..<Words.count(batch.rowCount) {
      var rest = keys.valid[word]
      while rest != 0 {
        prints.append(FingerprintSet.stored(keys.prints[word * 64 + rest.trailingZeroBitCount]))
        rest &= rest &- 1
      }
    }
    known.insert(contentsOf: prints)
    guard known.byteCount <= limit else {
      throw ComputeError(
        .limitExceeded,
        "the parent has more than \(known.count) keys, which need more than \(limit) bytes")
    }
  }
}

/// The fingerprints of a key of one or more columns for each row of a batch.
struct KeyColumns: Sendable {
  let positions: [Int]
  /// Per row; without meaning where a column is null.
  private(set) var prints: [UInt64] = []
  /// Rows without a null in the key.
  private(set) var valid: [UInt64] = []

  init(_ positions: [Int]) { self.positions = positions }

  mutating func compute(_ batch: RecordBatch, _ hashes: inout BatchHashes) {
    let rows = batch.rowCount
    valid = (0..<Words.count(rows)).map { Words.full($0, rows: rows) }
    for position in positions {
      let column = batch.columns[position]
      if column.type == .null {
        for word in valid.indices { valid[word] = 0 }
      } else if let validity = column.validity {
        for word in valid.indices { valid[word] &= validity.word(word) }
      }
    }
    if prints.count < rows { prints = [UInt64](repeating: 0, count: rows) }
    if positions.count == 1 {
      hashes.need(positions[0], of: batch)
      // Copied: a shared array would be copied when the next batch's hashes are written.
      let known = hashes.hashes(positions[0])
      for row in 0..<rows { prints[row] = known[row] }
    } else {
      combine(batch, &hashes)
    }
  }

  private mutating func combine(_ batch: RecordBatch, _ hashes: inout BatchHashes) {
    let rows = batch.rowCount
    for row in 0..<rows { prints[row] = 0 }
    for position in positions
    where !ColumnHasher.combine(batch.columns[position], into: &prints) {
      hashes.need(position, of: batch)
      let next = hashes.hashes(position)
      for row in 0..<rows { prints[row] = Fingerprint.combine(prints[row], next[row]) }
    }
    for row in 0..<rows { prints[row] = Fingerprint.mix(prints[row]) }
  }
}
