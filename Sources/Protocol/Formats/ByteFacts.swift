internal import PurSightArrow

/// What one look at a run of bytes tells.
struct ByteFacts {
  /// The number of line feeds.
  var lineFeeds = 0
  /// Whether every byte is ASCII and none is NUL.
  var isPlainText = true

  /// Looks at the bytes of a range, eight at a time.
  init(_ bytes: borrowing RawSpan, _ range: Range<Int>) {
    let high: UInt64 = 0x8080_8080_8080_8080
    let low: UInt64 = 0x0101_0101_0101_0101
    let feeds = low &* UInt64(UInt8(ascii: "\n"))
    var suspects: UInt64 = 0
    var position = range.lowerBound
    while position &+ 8 <= range.upperBound {
      let word = bytes.word(at: position)
      // A zero byte borrows; so may a byte above it, which is then no news.
      suspects |= word | ((word &- low) & ~word)
      let difference = word ^ feeds
      let isOther = ((difference & ~high) &+ ~high) | difference
      lineFeeds &+= (~isOther & high).nonzeroBitCount
      position &+= 8
    }
    var isPlain = suspects & high == 0
    while position < range.upperBound {
      let byte = bytes.byte(at: position)
      if byte == UInt8(ascii: "\n") { lineFeeds &+= 1 }
      isPlain = isPlain && byte != 0 && byte < 0x80
      position &+= 1
    }
    isPlainText = isPlain
  }
}
