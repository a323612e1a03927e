/// Runs a pattern's machine over bytes by following all its places at once.
///
/// Single owner; the scratch space is allocated once and serves any number of texts.
struct PatternSimulation {
  /// What lies beside a place in the text.
  enum Neighbour: UInt8, Hashable, Sendable {
    /// Start or end of the text.
    case edge
    case newline
    case word
    case other

    init(_ byte: UInt8) {
      self = byte == 0x0A ? .newline : Ascii.isWord(byte) ? .word : .other
    }
  }

  private let code: PatternCode
  private var visited: [UInt32]
  private var generation: UInt32 = 0
  private var work: [Int32] = []
  private(set) var places: [Int32] = []
  /// Instructions followed so far, so that a builder can bound its work.
  private(set) var steps = 0

  init(_ code: PatternCode) {
    self.code = code
    visited = [UInt32](repeating: 0, count: code.instructions.count)
  }

  mutating func matches(_ text: Span<UInt8>) -> Bool {
    var current = [code.start]
    var before = Neighbour.edge
    for index in text.indices {
      let byte = text[index]
      if close(current, before: before, after: Neighbour(byte)) { return true }
      current = step(byte)
      if current.isEmpty { return false }
      before = Neighbour(byte)
    }
    return close(current, before: before, after: .edge)
  }

  /// Follows everything that takes no byte; true when the match is among it.
  ///
  /// Leaves in `places` the instructions that take a byte.
  mutating func close(_ start: [Int32], before: Neighbour, after: Neighbour) -> Bool {
    generation &+= 1
    places.removeAll(keepingCapacity: true)
    work.removeAll(keepingCapacity: true)
    work.append(contentsOf: start)
    while let place = work.popLast() {
      steps &+= 1
      if visited[Int(place)] == generation { continue }
      visited[Int(place)] = generation
      switch code.instructions[Int(place)] {
      case .byte: places.append(place)
      case .split(let first, let second):
        work.append(second)
        work.append(first)
      case .assertion(let assertion, let next):
        if Self.holds(assertion, before, after) { work.append(next) }
      case .match: return true
      }
    }
    return false
  }

  /// Where the machine is after the places that `close` left have taken `byte`.
  func step(_ byte: UInt8) -> [Int32] {
    var result: [Int32] = []
    for place in places {
      if case .byte(let low, let high, let next) = code.instructions[Int(place)],
        byte >= low, byte <= high
      {
        result.append(next)
      }
    }
    return result
  }

  private static func holds(
    _ assertion: PatternSyntax.Assertion, _ before: Neighbour, _ after: Neighbour
  ) -> Bool {
    switch assertion {
    case .textStart: before == .edge
    case .textEnd: after == .edge
    case .lineStart: before == .edge || before == .newline
    case .lineEnd: after == .edge || after == .newline
    case .wordBoundary: (before == .word) != (after == .word)
    case .noWordBoundary: (before == .word) == (after == .word)
    }
  }
}
