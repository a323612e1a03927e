internal import PurSightArrow

/// What all texts of a column have in common: lengths, and which characters stand where.
///
/// Every part only ever grows, so the state does not depend on order.
struct TextShape: Sendable, Equatable {
  /// Positions that are looked at.
  static let maxPositions = 32

  /// Classes of bytes as bits.
  static let digit: UInt8 = 1
  static let upper: UInt8 = 2
  static let lower: UInt8 = 4
  static let dash: UInt8 = 8
  static let underscore: UInt8 = 16
  static let space: UInt8 = 32
  static let other: UInt8 = 64
  static let wide: UInt8 = 128

  private static let classes: [UInt8] = (0...255).map { value in
    switch UInt8(value) {
    case 0x30...0x39: digit
    case 0x41...0x5A: upper
    case 0x61...0x7A: lower
    case 0x2D: dash
    case 0x5F: underscore
    case 0x20: space
    case 0x80...0xFF: wide
    default: other
    }
  }

  /// Characters of the shortest and longest text.
  private(set) var shortest = Int64.max
  private(set) var longest: Int64 = 0
  /// Classes seen at each of the first positions, counted in bytes.
  private(set) var positions = [UInt8](repeating: 0, count: maxPositions)
  /// Classes seen at later positions.
  private(set) var tail: UInt8 = 0

  init() {}

  mutating func add(_ text: borrowing RawSpan, _ start: Int, _ count: Int) {
    let characters = Int64(Bytes.scalarCount(text, start, count))
    shortest = min(shortest, characters)
    longest = max(longest, characters)
    let head = min(count, Self.maxPositions)
    for index in 0..<head {
      positions[index] |= Self.classes[Int(Bytes.load1(text, start &+ index))]
    }
    guard count > head, tail != .max else { return }
    for index in head..<count { tail |= Self.classes[Int(Bytes.load1(text, start &+ index))] }
  }

  mutating func merge(_ other: TextShape) {
    shortest = min(shortest, other.shortest)
    longest = max(longest, other.longest)
    for index in positions.indices { positions[index] |= other.positions[index] }
    tail |= other.tail
  }

  /// A pattern that every text matches, when it says more than that there is text; else nil.
  ///
  /// Only for ASCII letters, digits, dashes and underscores, at most 32 of them.
  var pattern: String? {
    let known = Self.digit | Self.upper | Self.lower | Self.dash | Self.underscore
    let all = positions.reduce(tail, |)
    guard longest > 0, shortest > 0, longest <= Self.maxPositions, all & ~known == 0 else {
      return nil
    }
    guard shortest == longest else {
      guard all != Self.digit | Self.upper | Self.lower | Self.dash | Self.underscore else {
        return nil
      }
      return "\(Self.characters(all)){\(shortest),\(longest)}"
    }
    var parts: [(mask: UInt8, count: Int)] = []
    for mask in positions.prefix(Int(longest)) {
      if parts.last?.mask == mask {
        parts[parts.count - 1].count += 1
      } else {
        parts.append((mask, 1))
      }
    }
    return parts.map { part in
      Self.characters(part.mask) + (part.count > 1 ? "{\(part.count)}" : "")
    }.joined()
  }

  private static func characters(_ mask: UInt8) -> String {
    if mask == dash { return "-" }
    if mask == underscore { return "_" }
    let names: [(UInt8, String)] = [
      (digit, "0-9"), (upper, "A-Z"), (lower, "a-z"), (underscore, "_"), (dash, "-"),
    ]
    return "[" + names.filter { mask & $0.0 != 0 }.map(\.1).joined() + "]"
  }

  func write(to writer: inout StateWriter) {
    writer.append(UInt64(shortest))
    writer.append(UInt64(longest))
    for mask in positions { writer.append(byte: mask) }
    writer.append(byte: tail)
  }

  init(from reader: inout StateReader) throws(ComputeError) {
    shortest = Int64(clamping: try reader.number())
    longest = Int64(clamping: try reader.number())
    for index in positions.indices { positions[index] = try reader.byte() }
    tail = try reader.byte()
  }
}
