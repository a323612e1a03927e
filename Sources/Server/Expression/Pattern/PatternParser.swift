/// Parses the pattern language of `matches`: RE2's syntax without captures' use.
///
/// Supported: literals, `.`, classes with ranges, negation and `[:name:]`, `\d \w \s \D \W \S`,
/// `\t \n \r \f \v \a \xHH \x{H…}`, anchors `^ $ \A \z \b \B`, groups, `|`, `* + ? {n,m}` and their
/// lazy forms (equal, since only the verdict counts), flags `i`, `s`, `m` as `(?i)` or `(?i:…)`.
/// Letters without case are ASCII. Refused by name: back-references, look-around, `\p`, `\C`.
struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var depth = 0
  private var flags = Flags()
  private var syntax = PatternSyntax()

  private struct Flags {
    var ignoresCase = false
    var dotMatchesNewline = false
    var isMultiline = false
  }

  static func parse(_ pattern: String) throws(PatternError) -> PatternSyntax {
    guard pattern.utf8.count <= ExpressionLimits.maxPatternBytes else { throw .tooLong(pattern) }
    var parser = PatternParser(pattern)
    let root = try parser.choice()
    if parser.peek != nil { throw PatternError("\")\" without \"(\" in the pattern") }
    // The root is the last node by contract.
    _ = parser.syntax.add(.sequence([root]))
    return parser.syntax
  }

  private init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

  private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == scalar else { return false }
    index += 1
    return true
  }

  private mutating func choice() throws(PatternError) -> Int {
    depth += 1
    defer { depth -= 1 }
    guard depth <= ExpressionLimits.maxPatternDepth else {
      throw PatternError(
        "the pattern nests deeper than \(ExpressionLimits.maxPatternDepth) groups")
    }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : syntax.add(.choice(branches))
  }

  private mutating func sequence() throws(PatternError) -> Int {
    var parts: [Int] = []
    while let scalar = peek, scalar != "|", scalar != ")" {
      guard let atom = try atom() else { continue }
      parts.append(try repeated(atom))
    }
    if parts.isEmpty { return syntax.add(.empty) }
    return parts.count == 1 ? parts[0] : syntax.add(.sequence(parts))
  }

  /// One element without its repetition; nil for a flag group, which is no element.
  private mutating func atom() throws(PatternError) -> Int? {
    let scalar = scalars[index]
    index += 1
    switch scalar {
    case "(": return try group()
    case "[": return syntax.add(.set(try characterClass()))
    case ".": return syntax.add(.set(flags.dotMatchesNewline ? .all : ScalarSet.newline.inverted))
    case "^": return syntax.add(.assertion(flags.isMultiline ? .lineStart : .textStart))
    case "$": return syntax.add(.assertion(flags.isMultiline ? .lineEnd : .textEnd))
    case "\\": return try escape()
    case "*", "+", "?":
      throw PatternError("\"\(scalar)\" has nothing to repeat in the pattern")
    default: return syntax.add(.set(cased(ScalarSet(scalar))))
    }
  }

  private func cased(_ set: ScalarSet) -> ScalarSet { flags.ignoresCase ? set.withBothCases : set }

  private mutating func group() throws(PatternError) -> Int? {
    let outer = flags
    if take("?") {
      if take("P") || peek == "<" {
        guard take("<"), peek != "=", peek != "!" else {
          throw PatternError("look-around and back-references are not part of the pattern language")
        }
        while let scalar = peek, scalar != ">" {
          guard scalar.isASCII, Ascii.isWord(UInt8(scalar.value)) else {
            throw PatternError("a group's name holds letters, digits and \"_\" only")
          }
          index += 1
        }
        guard take(">") else { throw PatternError("a group's name is not closed by \">\"") }
      } else if try readFlags() {
        return nil
      }
    }
    let inner = try choice()
    guard take(")") else { throw PatternError("a \"(\" of the pattern is not closed") }
    flags = outer
    return inner
  }

  /// Reads `i`, `s`, `m`, `-` up to `)` or `:`; true when the group ends there.
  private mutating func readFlags() throws(PatternError) -> Bool {
    var value = true
    while let scalar = peek {
      index += 1
      switch scalar {
      case "i": flags.ignoresCase = value
      case "s": flags.dotMatchesNewline = value
      case "m": flags.isMultiline = value
      case "-": value = false
      case ":": return false
      case ")": return true
      case "=", "!":
        throw PatternError("look-around is not part of the pattern language")
      default: throw PatternError("the pattern flag \"\(scalar)\" is not one of i, s, m")
      }
    }
    throw PatternError("a \"(\" of the pattern is not closed")
  }

  private mutating func repeated(_ atom: Int) throws(PatternError) -> Int {
    var result = atom
    var isRepeated = false
    while let bounds = try repetition() {
      guard !isRepeated else {
        throw PatternError("two repetitions follow each other in the pattern; use a group")
      }
      isRepeated = true
      _ = take("?")
      result = syntax.add(.repetition(result, minimum: bounds.minimum, maximum: bounds.maximum))
    }
    return result
  }

  private mutating func repetition() throws(PatternError) -> (minimum: Int, maximum: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    let start = index
    guard take("{") else { return nil }
    guard let minimum = number() else {
      // As in RE2, a brace that is no count stands for itself.
      index = start
      return nil
    }
    var maximum: Int? = minimum
    if take(",") { maximum = number() }
    guard take("}") else {
      index = start
      return nil
    }
    let limit = ExpressionLimits.maxPatternRepeat
    guard minimum <= limit, maximum ?? 0 <= limit else {
      throw PatternError("a pattern repeats at most \(limit) times")
    }
    guard maximum ?? minimum >= minimum else {
      throw PatternError("the repetition {\(minimum),\(maximum ?? 0)} ends before it begins")
    }
    return (minimum, maximum)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = peek, scalar.isASCII, Ascii.isDigit(UInt8(scalar.value)) {
      value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
      index += 1
    }
    return value
  }

  private mutating func escape() throws(PatternError) -> Int {
    guard let scalar = peek else { throw PatternError("the pattern ends with \"\\\"") }
    let assertion: PatternSyntax.Assertion? =
      switch scalar {
      case "A": .textStart
      case "z": .textEnd
      case "b": .wordBoundary
      case "B": .noWordBoundary
      default: nil
      }
    if let assertion {
      index += 1
      return syntax.add(.assertion(assertion))
    }
    if let set = classEscape() { return syntax.add(.set(set)) }
    return syntax.add(.set(cased(ScalarSet(try scalarEscape()))))
  }

  /// The set of `\d` and its kin, after the backslash; nil when it is another escape.
  private mutating func classEscape() -> ScalarSet? {
    let set: ScalarSet? =
      switch peek {
      case "d": .digits
      case "D": ScalarSet.digits.inverted
      case "w": .words
      case "W": ScalarSet.words.inverted
      case "s": .spaces
      case "S": ScalarSet.spaces.inverted
      default: nil
      }
    if set != nil { index += 1 }
    return set
  }

  /// The character that an escape stands for, after the backslash.
  private mutating func scalarEscape() throws(PatternError) -> Unicode.Scalar {
    guard let scalar = peek else { throw PatternError("the pattern ends with \"\\\"") }
    index += 1
    switch scalar {
    case "t": return "\t"
    case "n": return "\n"
    case "r": return "\r"
    case "f": return "\u{0C}"
    case "v": return "\u{0B}"
    case "a": return "\u{07}"
    case "x": return try hexadecimal()
    default:
      guard scalar.isASCII, !Ascii.isWord(UInt8(scalar.value)) else {
        throw PatternError("\"\\\(scalar)\" is not part of the pattern language")
      }
      return scalar
    }
  }

  private mutating func hexadecimal() throws(PatternError) -> Unicode.Scalar {
    let isBraced = take("{")
    var digits = ""
    while let scalar = peek, digits.count < (isBraced ? 8 : 2), scalar.properties.isASCIIHexDigit {
      digits.unicodeScalars.append(scalar)
      index += 1
    }
    guard isBraced ? take("}") : digits.count == 2, let value = UInt32(digits, radix: 16),
      let scalar = Unicode.Scalar(value)
    else { throw PatternError("\"\\x\" takes two hexadecimal digits, or more in braces") }
    return scalar
  }

  private mutating func characterClass() throws(PatternError) -> ScalarSet {
    let isNegated = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    while true {
      guard let scalar = peek else { throw PatternError("a \"[\" of the pattern is not closed") }
      if scalar == "]", !isFirst {
        index += 1
        break
      }
      isFirst = false
      if let named = try namedClass() {
        ranges += named.ranges
        continue
      }
      if scalar == "\\" {
        index += 1
        if let set = classEscape() {
          ranges += set.ranges
          continue
        }
        index -= 1
      }
      ranges.append(try classRange())
    }
    let set = cased(ScalarSet(ranges))
    return isNegated ? set.inverted : set
  }

  /// One character or a range of them inside a class.
  private mutating func classRange() throws(PatternError) -> ClosedRange<UInt32> {
    let low = try classScalar().value
    guard peek == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
      return low...low
    }
    index += 1
    let high = try classScalar().value
    guard low <= high else { throw PatternError("a range in a \"[\" class is backwards") }
    return low...high
  }

  private mutating func classScalar() throws(PatternError) -> Unicode.Scalar {
    guard let scalar = peek else { throw PatternError("a \"[\" of the pattern is not closed") }
    index += 1
    return scalar == "\\" ? try scalarEscape() : scalar
  }

  /// `[:alpha:]` and its kin, ASCII only; nil when none is here.
  private mutating func namedClass() throws(PatternError) -> ScalarSet? {
    guard peek == "[", index + 1 < scalars.count, scalars[index + 1] == ":" else { return nil }
    var end = index + 2
    while end + 1 < scalars.count, !(scalars[end] == ":" && scalars[end + 1] == "]") { end += 1 }
    guard end + 1 < scalars.count else { return nil }
    var name = String(String.UnicodeScalarView(scalars[(index + 2)..<end]))
    let isNegated = name.first == "^"
    if isNegated { name.removeFirst() }
    guard let set = Self.namedClasses[name] else {
      throw PatternError("the class [:\(name):] is not known")
    }
    index = end + 2
    return isNegated ? set.inverted : set
  }

  private static let namedClasses: [String: ScalarSet] = [
    "alnum": ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A]),
    "alpha": ScalarSet([0x41...0x5A, 0x61...0x7A]),
    "ascii": ScalarSet([0...0x7F]),
    "blank": ScalarSet([0x09...0x09, 0x20...0x20]),
    "cntrl": ScalarSet([0...0x1F, 0x7F...0x7F]),
    "digit": .digits,
    "graph": ScalarSet([0x21...0x7E]),
    "lower": ScalarSet([0x61...0x7A]),
    "print": ScalarSet([0x20...0x7E]),
    "punct": ScalarSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]),
    "space": ScalarSet([0x09...0x0D, 0x20...0x20]),
    "upper": ScalarSet([0x41...0x5A]),
    "word": .words,
    "xdigit": ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66]),
  ]
}
