/// Splits the text of an expression into tokens.
struct Lexer {
  private let bytes: [UInt8]
  private var offset = 0

  /// All tokens of `text`, the last being `.end`.
  static func tokens(of text: String) throws(ExpressionError) -> [Token] {
    let bytes = Array(text.utf8)
    guard bytes.count <= ExpressionLimits.maxTextBytes else {
      throw ExpressionError(
        .limitExceeded,
        "the expression has \(bytes.count) bytes; the limit is \(ExpressionLimits.maxTextBytes)")
    }
    var lexer = Lexer(bytes: bytes)
    var tokens: [Token] = []
    while true {
      let token = try lexer.next()
      guard tokens.count < ExpressionLimits.maxTokens else {
        throw lexer.error(
          .limitExceeded, at: token.offset,
          "the expression has more than \(ExpressionLimits.maxTokens) words and signs")
      }
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// The 1-based character position of a byte offset.
  static func position(of offset: Int, in bytes: some Sequence<UInt8>) -> Int {
    bytes.prefix(offset).count { $0 & 0xC0 != 0x80 } + 1
  }

  private func error(
    _ code: ExpressionError.Code, at offset: Int, _ message: String
  ) -> ExpressionError {
    ExpressionError(code, at: Self.position(of: offset, in: bytes), message)
  }

  private func peek(_ ahead: Int = 0) -> UInt8? {
    offset + ahead < bytes.count ? bytes[offset + ahead] : nil
  }

  private mutating func next() throws(ExpressionError) -> Token {
    while let byte = peek(), Ascii.isSpace(byte) { offset += 1 }
    let start = offset
    guard let byte = peek() else { return Token(kind: .end, offset: start) }
    let kind: Token.Kind
    if byte == UInt8(ascii: "'") {
      kind = .string(try quoted(by: byte, what: "string"))
    } else if byte == UInt8(ascii: "\"") {
      kind = .name(try path(), isQuoted: true)
    } else if Ascii.isDigit(byte) {
      kind = try number()
    } else if byte == UInt8(ascii: "@") {
      offset += 1
      guard let first = peek(), Ascii.isNameStart(first) else {
        throw error(.syntax, at: start, "\"@\" is followed by the name of a parameter")
      }
      kind = .parameter(word())
    } else if Ascii.isNameStart(byte) {
      kind = try nameOrKeyword()
    } else {
      kind = .symbol(try symbol())
    }
    return Token(kind: kind, offset: start)
  }

  /// Letters, digits and underscores from here on.
  private mutating func word() -> String {
    let start = offset
    while let byte = peek(), Ascii.isNameStart(byte) || Ascii.isDigit(byte) { offset += 1 }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func nameOrKeyword() throws(ExpressionError) -> Token.Kind {
    let start = offset
    let first = word()
    if peek() != UInt8(ascii: "."), let keyword = Token.Keyword(rawValue: first.lowercased()) {
      return .keyword(keyword)
    }
    offset = start
    return .name(try path(), isQuoted: false)
  }

  /// A name or dotted path, parts bare or in double quotes.
  private mutating func path() throws(ExpressionError) -> String {
    var name = ""
    while true {
      guard let byte = peek() else {
        throw error(.syntax, at: offset, "a name is expected after \".\"")
      }
      if byte == UInt8(ascii: "\"") {
        name += try quoted(by: byte, what: "name")
      } else if Ascii.isNameStart(byte) {
        name += word()
      } else {
        throw error(.syntax, at: offset, "a name is expected after \".\"")
      }
      guard peek() == UInt8(ascii: ".") else { return name }
      offset += 1
      name += "."
    }
  }

  /// The text between two quotes; a doubled quote stands for itself.
  private mutating func quoted(by quote: UInt8, what: String) throws(ExpressionError) -> String {
    let start = offset
    offset += 1
    var content: [UInt8] = []
    while let byte = peek() {
      offset += 1
      if byte == quote {
        guard peek() == quote else { return String(decoding: content, as: UTF8.self) }
        offset += 1
      }
      content.append(byte)
    }
    throw error(.syntax, at: start, "the \(what) that starts here is not closed")
  }

  private mutating func number() throws(ExpressionError) -> Token.Kind {
    let start = offset
    var isDouble = false
    while let byte = peek(), Ascii.isDigit(byte) { offset += 1 }
    if peek() == UInt8(ascii: "."), let digit = peek(1), Ascii.isDigit(digit) {
      isDouble = true
      offset += 1
      while let byte = peek(), Ascii.isDigit(byte) { offset += 1 }
    }
    if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
      let hasSign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
      if let digit = peek(hasSign ? 2 : 1), Ascii.isDigit(digit) {
        isDouble = true
        offset += hasSign ? 2 : 1
        while let byte = peek(), Ascii.isDigit(byte) { offset += 1 }
      }
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if let byte = peek(), Ascii.isNameStart(byte) {
      throw error(.syntax, at: start, "\"\(text)\" is followed by a letter; numbers carry no unit")
    }
    if isDouble {
      guard let value = Double(text), value.isFinite else {
        throw error(.invalidValue, at: start, "the number \(text) is out of range")
      }
      return .double(value)
    }
    guard let value = UInt64(text), value <= UInt64(Int64.max) + 1 else {
      throw error(.invalidValue, at: start, "the integer \(text) is out of range")
    }
    return .integer(value)
  }

  private mutating func symbol() throws(ExpressionError) -> Token.Symbol {
    let start = offset
    let one = String(decoding: bytes[start..<start + 1], as: UTF8.self)
    let two = String(decoding: bytes[start..<min(start + 2, bytes.count)], as: UTF8.self)
    if let meant = Self.foreignSpellings[two] {
      throw error(.syntax, at: start, "\"\(two)\" is written \(meant) here")
    }
    if let symbol = Token.Symbol(rawValue: two) {
      offset += 2
      return symbol
    }
    if let symbol = Token.Symbol(rawValue: one) {
      offset += 1
      return symbol
    }
    if one == "!" { throw error(.syntax, at: start, "\"!\" is written \"not\" here") }
    let scalar = String(decoding: bytes[start...], as: UTF8.self).unicodeScalars.first
    throw error(.syntax, at: start, "unexpected character \"\(scalar.map(String.init) ?? one)\"")
  }

  /// Signs of other languages that users try, and ours.
  private static let foreignSpellings: [String: String] = [
    "==": "\"=\"", "<>": "\"!=\"", "&&": "\"and\"", "||": "\"or\", or concat(a, b) for strings",
    "::": "without a cast: integer widens to double by itself, nothing else does",
  ]
}
