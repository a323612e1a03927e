internal import PurSightArrow
internal import PurSightExpression

extension Register {
  /// Replaces strings by their length in characters, bytes by theirs in bytes.
  mutating func length(isText: Bool, rows: Int) {
    if integers.isEmpty { integers = [Int64](repeating: 0, count: Self.maxRows) }
    let source = bytes
    forEachValid(rows) { register, row in
      register.integers[row] = Int64(
        isText
          ? Bytes.scalarCount(source.bytes, register.starts[row], register.counts[row])
          : register.counts[row])
    }
  }

  /// Calls `body` for each row with a value.
  private mutating func forEachValid(_ rows: Int, _ body: (inout Register, Int) -> Void) {
    for word in 0..<Words.count(rows) {
      var rest = valid[word]
      while rest != 0 {
        body(&self, word &* 64 &+ rest.trailingZeroBitCount)
        rest &= rest &- 1
      }
    }
  }

  /// `lower` and `upper`: ASCII letters change, all else stays.
  mutating func changeCase(toUpper: Bool, rows: Int) {
    var result: [UInt8] = []
    let source = bytes
    forEachValid(rows) { register, row in
      let start = register.starts[row]
      register.starts[row] = result.count
      let text = source.span(of: UInt8.self)
      for index in start..<start &+ register.counts[row] {
        let byte = text[index]
        let changes = toUpper ? Ascii.isLower(byte) : Ascii.isUpper(byte)
        result.append(changes ? byte ^ 0x20 : byte)
      }
    }
    bytes = ArrowBuffer(result)
  }

  /// Takes the spaces (U+0020) off both ends.
  mutating func trim(rows: Int) {
    let source = bytes
    forEachValid(rows) { register, row in
      let text = source.span(of: UInt8.self)
      var start = register.starts[row]
      var end = start &+ register.counts[row]
      while start < end, text[start] == 0x20 { start &+= 1 }
      while start < end, text[end &- 1] == 0x20 { end &-= 1 }
      register.starts[row] = start
      register.counts[row] = end &- start
    }
  }

  /// `substr`: the characters whose 1-based positions are in `start..<start + count`.
  ///
  /// As in SQL, positions before 1 count but hold nothing; a negative count is an error.
  mutating func substring(
    _ from: borrowing Register, _ count: borrowing Register, hasCount: Bool, rows: Int,
    instruction: Int
  ) {
    let words = Words.count(rows)
    restrict(to: from, words: words)
    if hasCount { restrict(to: count, words: words) }
    let source = bytes
    for word in 0..<words {
      var failed: UInt64 = 0
      var rest = valid[word]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        let row = word &* 64 &+ bit
        rest &= rest &- 1
        let first = from.integers[row]
        var end = Int64.max
        if hasCount {
          let length = count.integers[row]
          if length < 0 {
            failed |= 1 &<< UInt64(truncatingIfNeeded: bit)
            continue
          }
          let (sum, overflow) = first.addingReportingOverflow(length)
          end = overflow ? .max : sum
        }
        cut(row, source.bytes, from: max(first, 1), to: end)
      }
      fail(failed, word: word, .invalidArgument, instruction: instruction)
    }
  }

  /// Keeps the characters at positions `first..<end`, counted from 1.
  private mutating func cut(
    _ row: Int, _ text: borrowing RawSpan, from first: Int64, to end: Int64
  ) {
    let limit = starts[row] &+ counts[row]
    var index = starts[row]
    var position: Int64 = 1
    var start = limit
    while index < limit, position < end {
      if position == first { start = index }
      index &+= 1
      while index < limit, Bytes.load1(text, index) & 0xC0 == 0x80 { index &+= 1 }
      position &+= 1
    }
    if start > index { start = index }
    starts[row] = start
    counts[row] = index &- start
  }

  /// `starts_with`, `ends_with`, `contains`.
  mutating func search(_ function: Function, _ other: borrowing Register, rows: Int) {
    if bits.isEmpty { bits = [UInt64](repeating: 0, count: Self.maxWords) }
    restrict(to: other, words: Words.count(rows))
    for word in 0..<Words.count(rows) {
      var found: UInt64 = 0
      var rest = valid[word]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        let row = word &* 64 &+ bit
        rest &= rest &- 1
        if holds(function, row, other) { found |= 1 &<< UInt64(truncatingIfNeeded: bit) }
      }
      bits[word] = found
    }
  }

  private func holds(_ function: Function, _ row: Int, _ other: borrowing Register) -> Bool {
    let count = other.counts[row]
    let room = counts[row] &- count
    guard room >= 0 else { return false }
    let (text, part) = (bytes.bytes, other.bytes.bytes)
    func isAt(_ offset: Int) -> Bool {
      Bytes.equal(text, starts[row] &+ offset, part, other.starts[row], count: count)
    }
    return switch function {
    case .startsWith: isAt(0)
    case .endsWith: isAt(room)
    default: (0...room).contains { isAt($0) }
    }
  }

  /// Appends the other side's strings; what exceeds the limit is an error of its row.
  mutating func append(_ other: borrowing Register, rows: Int, instruction: Int) {
    restrict(to: other, words: Words.count(rows))
    var result: [UInt8] = []
    for word in 0..<Words.count(rows) {
      var failed: UInt64 = 0
      var rest = valid[word]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        let row = word &* 64 &+ bit
        rest &= rest &- 1
        guard counts[row] &+ other.counts[row] <= ExpressionLimits.maxStringBytes else {
          failed |= 1 &<< UInt64(truncatingIfNeeded: bit)
          continue
        }
        let start = result.count
        result.append(copying: bytes, starts[row], counts[row])
        result.append(copying: other.bytes, other.starts[row], other.counts[row])
        starts[row] = start
        counts[row] = result.count &- start
      }
      fail(failed, word: word, .overflow, instruction: instruction)
    }
    bytes = ArrowBuffer(result)
  }
}

extension [UInt8] {
  mutating func append(copying buffer: ArrowBuffer, _ start: Int, _ count: Int) {
    guard count > 0 else { return }
    let part = buffer.bytes.extracting(start..<start &+ count)
    unsafe part.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}
