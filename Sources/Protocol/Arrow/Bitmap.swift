/// Immutable bits, least significant first within a byte (Columnar.rst, "Validity bitmaps").
///
/// As a column's validity a set bit is a value and a clear one a null; as a mask a set bit keeps
/// the row. The bits after `count` in the last byte have no meaning.
package struct Bitmap: Sendable {
  package let buffer: ArrowBuffer
  /// The number of bits.
  package let count: Int

  /// Wraps a buffer of at least `count` bits.
  package init(_ buffer: ArrowBuffer, count: Int) {
    precondition(count >= 0 && buffer.count >= Bitmap.byteCount(of: count), "bits fit the buffer")
    self.buffer = buffer
    self.count = count
  }

  /// Makes `count` equal bits.
  package init(repeating bit: Bool, count: Int) {
    self.init(
      ArrowBuffer([UInt8](repeating: bit ? 0xFF : 0, count: Bitmap.byteCount(of: count))),
      count: count)
  }

  /// Makes a bitmap of the bits given.
  package init(_ bits: [Bool]) {
    var builder = BitmapBuilder()
    for bit in bits { builder.append(bit) }
    self = builder.finish()
  }

  /// Wraps 64-bit words, the first bit lowest; `count` bits of them are used.
  package init(words: [UInt64], count: Int) {
    precondition(count <= words.count &* 64, "bits fit the words")
    self.init(ArrowBuffer(copying: words), count: count)
  }

  /// The number of bytes that hold `bits` bits.
  @inlinable package static func byteCount(of bits: Int) -> Int { (bits &+ 7) &>> 3 }

  /// The number of 64-bit words that `word(_:)` gives.
  @inlinable package var wordCount: Int { (count &+ 63) &>> 6 }

  @inlinable package subscript(index: Int) -> Bool {
    precondition(index >= 0 && index < count, "index is inside the bitmap")
    let byte = unsafe buffer.bytes.unsafeLoad(fromByteOffset: index &>> 3, as: UInt8.self)
    return byte &>> UInt8(truncatingIfNeeded: index & 7) & 1 == 1
  }

  /// The 64 bits from bit `64 * index` on, lowest first; bits after the end are clear.
  @inlinable package func word(_ index: Int) -> UInt64 {
    precondition(index >= 0 && index < wordCount, "word is inside the bitmap")
    let bytes = buffer.bytes
    let first = index &<< 3
    var word: UInt64 = 0
    if first &+ 8 <= bytes.byteCount {
      word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: first, as: UInt64.self)
    } else {
      for offset in 0..<(bytes.byteCount &- first) {
        let byte = unsafe bytes.unsafeLoad(fromByteOffset: first &+ offset, as: UInt8.self)
        word |= UInt64(byte) &<< UInt64(truncatingIfNeeded: offset &* 8)
      }
    }
    let used = count &- index &* 64
    return used >= 64 ? word : word & ((1 &<< UInt64(truncatingIfNeeded: used)) &- 1)
  }

  /// The number of set bits.
  package var countOfOnes: Int {
    var total = 0
    for index in 0..<wordCount { total &+= word(index).nonzeroBitCount }
    return total
  }

  /// The number of clear bits.
  package var countOfZeros: Int { count - countOfOnes }

  /// Returns the bits of a range; shared when the range starts on a byte, else shifted into a copy.
  package func slice(_ range: Range<Int>) -> Bitmap {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "slice is inside the bitmap")
    let firstByte = range.lowerBound >> 3
    if range.lowerBound & 7 == 0 {
      let end = firstByte + Bitmap.byteCount(of: range.count)
      return Bitmap(buffer.slice(firstByte..<end), count: range.count)
    }
    var builder = BitmapBuilder()
    builder.reserve(range.count)
    builder.append(self, range)
    return builder.finish()
  }
}

extension Bitmap: Equatable {
  /// Whether the used bits are the same.
  package static func == (left: Bitmap, right: Bitmap) -> Bool {
    guard left.count == right.count else { return false }
    for index in 0..<left.wordCount where left.word(index) != right.word(index) { return false }
    return true
  }
}

/// Bits being appended, least significant first.
package struct BitmapBuilder: Sendable {
  @usableFromInline var words: [UInt64] = []
  /// The number of bits appended.
  @usableFromInline package internal(set) var count = 0
  @usableFromInline package internal(set) var countOfOnes = 0

  package init() {}

  /// Makes room for this many more bits.
  package mutating func reserve(_ bits: Int) {
    words.reserveCapacity((count &+ bits &+ 63) &>> 6)
  }

  @inlinable package mutating func append(_ bit: Bool) {
    let position = UInt64(truncatingIfNeeded: count & 63)
    if position == 0 { words.append(0) }
    if bit {
      words[words.count &- 1] |= 1 &<< position
      countOfOnes &+= 1
    }
    count &+= 1
  }

  /// Appends the lowest `used` (0 to 64) bits of a word.
  package mutating func append(word: UInt64, used: Int) {
    guard used > 0 else { return }
    let bits = used >= 64 ? word : word & ((1 &<< UInt64(truncatingIfNeeded: used)) &- 1)
    let position = count & 63
    if position == 0 {
      words.append(bits)
    } else {
      words[words.count &- 1] |= bits &<< UInt64(truncatingIfNeeded: position)
      if position &+ used > 64 {
        words.append(bits &>> UInt64(truncatingIfNeeded: 64 &- position))
      }
    }
    count &+= used
    countOfOnes &+= bits.nonzeroBitCount
  }

  /// Appends `count` equal bits.
  package mutating func append(repeating bit: Bool, count: Int) {
    var left = count
    while left > 0 {
      let used = min(left, 64)
      append(word: bit ? .max : 0, used: used)
      left &-= used
    }
  }

  /// Appends a range of another bitmap.
  package mutating func append(_ bitmap: Bitmap, _ range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= bitmap.count, "range is inside the bitmap")
    var position = range.lowerBound
    while position < range.upperBound {
      let used = min(range.upperBound &- position, 64)
      let shift = position & 63
      var word = bitmap.word(position &>> 6) &>> UInt64(truncatingIfNeeded: shift)
      if shift != 0 && shift &+ used > 64 {
        word |= bitmap.word(position &>> 6 &+ 1) &<< UInt64(truncatingIfNeeded: 64 &- shift)
      }
      append(word: word, used: used)
      position &+= used
    }
  }

  /// Removes the bits from `count` on.
  package mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count, "only bits that are there are removed")
    words.removeLast(words.count - (count + 63) / 64)
    if count & 63 != 0 {
      words[words.count - 1] &= (1 << UInt64(count & 63)) - 1
    }
    self.count = count
    countOfOnes = words.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  /// Returns the bits and starts anew.
  package mutating func finish() -> Bitmap {
    let bitmap = Bitmap(words: words, count: count)
    removeAll()
    return bitmap
  }

  /// Starts anew and keeps the memory.
  package mutating func removeAll() {
    words.removeAll(keepingCapacity: true)
    count = 0
    countOfOnes = 0
  }
}
