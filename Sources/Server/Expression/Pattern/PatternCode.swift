/// A pattern as a non-deterministic machine over the bytes of UTF-8.
struct PatternCode: Sendable {
  enum Instruction: Sendable {
    /// Takes a byte in the range and goes on at the given place.
    case byte(UInt8, UInt8, Int32)
    /// Goes on at both places.
    case split(Int32, Int32)
    /// Goes on when the place between the neighbours is of that kind.
    case assertion(PatternSyntax.Assertion, Int32)
    case match
  }

  private(set) var instructions: [Instruction] = []
  private(set) var start: Int32 = 0
  private let syntax: PatternSyntax

  /// Thompson's construction, back to front, with a loop in front so that a match begins anywhere.
  init(_ syntax: PatternSyntax) throws(PatternError) {
    self.syntax = syntax
    let match = try emit(.match)
    let body = try compile(syntax.root, next: match)
    if Self.isAnchored(syntax) {
      start = body
      return
    }
    // loop: split(body, any); any: 0...255 -> loop. The loop knows itself once it is emitted.
    let any = try emit(.byte(0, 255, 0))
    start = try emit(.split(body, any))
    instructions[Int(any)] = .byte(0, 255, start)
  }

  /// Whether every match begins at the start of the text, as the first element demands.
  private static func isAnchored(_ syntax: PatternSyntax) -> Bool {
    var node = syntax.root
    while case .sequence(let parts) = syntax.nodes[node], let first = parts.first { node = first }
    if case .assertion(.textStart) = syntax.nodes[node] { return true }
    return false
  }

  private mutating func emit(_ instruction: Instruction) throws(PatternError) -> Int32 {
    guard instructions.count < ExpressionLimits.maxPatternInstructions else {
      throw PatternError(
        "the pattern is too large: more than \(ExpressionLimits.maxPatternInstructions) steps")
    }
    instructions.append(instruction)
    return Int32(instructions.count - 1)
  }

  /// Recursion is as deep as the syntax nests, which the parser bounds.
  private mutating func compile(_ node: Int, next: Int32) throws(PatternError) -> Int32 {
    switch syntax.nodes[node] {
    case .empty: return next
    case .set(let set): return try compile(set, next: next)
    case .assertion(let assertion): return try emit(.assertion(assertion, next))
    case .sequence(let parts):
      var target = next
      for part in parts.reversed() { target = try compile(part, next: target) }
      return target
    case .choice(let branches):
      var target = try compile(branches[branches.count - 1], next: next)
      for branch in branches.dropLast().reversed() {
        let other = target
        target = try emit(.split(try compile(branch, next: next), other))
      }
      return target
    case .repetition(let inner, let minimum, let maximum):
      var target = next
      if let maximum {
        for _ in minimum..<maximum {
          target = try emit(.split(try compile(inner, next: target), next))
        }
      } else {
        let loop = try emit(.split(next, next))
        instructions[Int(loop)] = .split(try compile(inner, next: loop), next)
        target = loop
      }
      for _ in 0..<minimum {
        let before = target
        target = try compile(inner, next: target)
        // What takes nothing and asks nothing is the same however often it is repeated.
        if target == before { break }
      }
      return target
    }
  }

  private mutating func compile(_ set: ScalarSet, next: Int32) throws(PatternError) -> Int32 {
    var target: Int32?
    for range in set.ranges {
      for bytes in Self.byteSequences(range) {
        var head = next
        for pair in bytes.reversed() {
          head = try emit(.byte(pair.lowerBound, pair.upperBound, head))
        }
        target = if let other = target { try emit(.split(head, other)) } else { head }
      }
    }
    // An empty set takes nothing: a range of bytes that no byte is in.
    if let target { return target }
    return try emit(.byte(1, 0, next))
  }

  /// The byte ranges whose sequences are exactly the UTF-8 forms of the scalars in `range`.
  static func byteSequences(_ range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
    var result: [[ClosedRange<UInt8>]] = []
    // One piece per encoded length, without the surrogates.
    let pieces: [ClosedRange<UInt32>] = [
      0...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x1_0000...0x10_FFFF,
    ]
    for piece in pieces {
      let low = max(piece.lowerBound, range.lowerBound)
      let high = min(piece.upperBound, range.upperBound)
      if low <= high { split(low, high, into: &result) }
    }
    return result
  }

  /// Splits a range of scalars of one encoded length where trailing bytes are not whole.
  private static func split(
    _ low: UInt32, _ high: UInt32, into result: inout [[ClosedRange<UInt8>]]
  ) {
    var work = [(low, high)]
    while let (low, high) = work.popLast() {
      var isWhole = true
      if high < 0x80 {
        result.append([UInt8(low)...UInt8(high)])
        continue
      }
      // Trailing 6-bit groups: where the upper parts differ, each lower part must be complete.
      for shift in [UInt32(6), 12, 18] where low >> shift != high >> shift {
        let mask: UInt32 = (1 << shift) - 1
        if low & mask != 0 {
          work.append(((low | mask) + 1, high))
          work.append((low, low | mask))
          isWhole = false
          break
        }
        if high & mask != mask {
          work.append((high & ~mask, high))
          work.append((low, (high & ~mask) - 1))
          isWhole = false
          break
        }
      }
      if isWhole {
        result.append(zip(encode(low), encode(high)).map { $0...$1 })
      }
    }
  }

  private static func encode(_ scalar: UInt32) -> [UInt8] {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (scalar >> shift) & 0x3F) }
    return switch scalar {
    case 0...0x7F: [UInt8(scalar)]
    case 0x80...0x7FF: [UInt8(0xC0 | scalar >> 6), tail(0)]
    case 0x800...0xFFFF: [UInt8(0xE0 | scalar >> 12), tail(6), tail(0)]
    default: [UInt8(0xF0 | scalar >> 18), tail(12), tail(6), tail(0)]
    }
  }
}
