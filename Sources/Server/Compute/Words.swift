internal import PurSightArrow

/// Bits in 64-bit words, lowest first; the bits after the last row are clear.
enum Words {
  /// How many words hold `rows` bits.
  static func count(_ rows: Int) -> Int { (rows &+ 63) &>> 6 }

  /// The word `index` of `rows` set bits.
  @inline(__always)
  static func full(_ index: Int, rows: Int) -> UInt64 {
    let left = rows &- index &* 64
    return left >= 64 ? .max : (1 &<< UInt64(truncatingIfNeeded: left)) &- 1
  }

  static func ones(_ words: [UInt64]) -> Int { words.reduce(0) { $0 &+ $1.nonzeroBitCount } }

  /// Writes the rows with a value, from row `base` (a multiple of 64) on.
  static func load(validityOf column: ArrowColumn, base: Int, rows: Int, into words: inout [UInt64])
  {
    let first = base >> 6
    for index in 0..<count(rows) {
      let full = full(index, rows: rows)
      if let validity = column.validity {
        words[index] = validity.word(first &+ index) & full
      } else {
        words[index] = column.type == .null ? 0 : full
      }
    }
  }
}
