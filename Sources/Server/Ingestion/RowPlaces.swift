internal import PurSightAPI
internal import PurSightGovernance

/// Which offset each row of an append has: unparsed rows name theirs, the rows of the batch fill
/// the rest.
struct RowPlaces: Sendable {
  private let first: Int64
  /// Offsets of the unparsed rows, relative to the first, ascending.
  private let gaps: [Int64]

  /// - Throws: when an unparsed row names an offset outside of the append, or one that is taken.
  init(offset: Int64, parsed: Int, unparsed: [UnparsedRow]) throws(AppendRefusal) {
    first = offset
    gaps = unparsed.map { $0.offset - offset }.sorted()
    let total = Int64(parsed + unparsed.count)
    for (index, gap) in gaps.enumerated() {
      guard gap >= 0, gap < total, index == 0 || gaps[index - 1] != gap else {
        throw .misplacedRow(gap + offset, offset..<(offset + total))
      }
    }
  }

  /// The offset of a row of the batch.
  func offset(ofRow row: Int) -> Int64 {
    if gaps.isEmpty { return first + Int64(row) }
    var place = Int64(row)
    for gap in gaps where gap <= place { place += 1 }
    return first + place
  }
}
