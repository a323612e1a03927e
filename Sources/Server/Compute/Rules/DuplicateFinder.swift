internal import PurSightArrow

/// Finds the rows of a batch whose key occurred before.
///
/// Within the batch keys are compared value by value. Against earlier batches the fingerprint
/// decides; such rows are candidates, which whoever reports them may verify by reading the other
/// row.
struct DuplicateFinder: Sendable {
  /// Open addressing; 0 is empty, else a row plus 1.
  private var slots: [Int32] = []
  /// Rows whose key is known from earlier batches, by fingerprint.
  private(set) var candidates: [KeyCandidate] = []

  /// Sets the bits of rows of `wanted` whose key is in the index or in an earlier wanted row.
  mutating func find(
    _ batch: RecordBatch, _ keys: KeyColumns, wanted: [UInt64], known: KeyIndex?,
    into failing: inout [UInt64]
  ) {
    candidates.removeAll(keepingCapacity: true)
    if let known {
      known.known.find(keys.prints, wanted: wanted, where: true, into: &failing)
      for word in failing.indices {
        var rest = failing[word]
        while rest != 0 {
          let row = word &* 64 &+ rest.trailingZeroBitCount
          rest &= rest &- 1
          candidates.append(KeyCandidate(row: row, fingerprint: keys.prints[row]))
        }
      }
    }
    var size = 64
    while size < batch.rowCount * 2 { size *= 2 }
    slots = [Int32](repeating: 0, count: size)
    let columns = keys.positions.map { batch.columns[$0] }
    let prints = keys.prints.span
    var table = slots.mutableSpan
    for word in wanted.indices {
      // A row that occurred before needs no place; the first of its kind is elsewhere.
      var rest = wanted[word] & ~failing[word]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let row = word &* 64 &+ bit
        if !Self.isFirst(row, prints, columns, &table) {
          failing[word] |= 1 &<< UInt64(truncatingIfNeeded: bit)
        }
      }
    }
  }

  /// Notes a row; false when an earlier one has the same key.
  @inline(__always)
  private static func isFirst(
    _ row: Int, _ prints: Span<UInt64>, _ columns: [ArrowColumn],
    _ slots: inout MutableSpan<Int32>
  ) -> Bool {
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: prints[row] &>> 8) & mask
    while slots[slot] != 0 {
      let other = Int(slots[slot]) &- 1
      if prints[other] == prints[row], columns.allSatisfy({ isEqual($0, row, other) }) {
        return false
      }
      slot = (slot &+ 1) & mask
    }
    slots[slot] = Int32(truncatingIfNeeded: row &+ 1)
    return true
  }

  /// Whether two rows without null hold the same value, by the order that expressions have.
  static func isEqual(_ column: ArrowColumn, _ a: Int, _ b: Int) -> Bool {
    switch column.type {
    case .bool: return column.bits[a] == column.bits[b]
    case .float32:
      let values = column.span(of: Float.self)
      return Register.orderKey(Double(values[a])) == Register.orderKey(Double(values[b]))
    case .float64:
      let values = column.span(of: Double.self)
      return Register.orderKey(values[a]) == Register.orderKey(values[b])
    default:
      let (x, y) = (column.range(of: a), column.range(of: b))
      return x.count == y.count
        && Bytes.equal(
          column.values.bytes, x.lowerBound, column.values.bytes, y.lowerBound, count: x.count)
    }
  }
}
