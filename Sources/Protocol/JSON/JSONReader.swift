/// Reads a JSON text token by token. Grammar: RFC 8259; strict, with nothing added.
///
/// Holds one entry per open array or object and the keys of the open objects; otherwise nothing but
/// its position. Text that is not UTF-8, lone surrogates and keys that come twice are errors.
package struct JSONReader: Sendable {
  private enum Scope: Sendable {
    case array
    /// With the keys seen so far.
    case object(Set<String>)
  }

  private enum Expectation: Sendable {
    case value
    /// A value, or the end of an array that has just begun.
    case firstElement
    /// A key, or the end of an object that has just begun.
    case firstKey
    case key
    /// A comma, or the end of what is open.
    case separator
    case nothing
  }

  private let bytes: [UInt8]
  private let limits: JSONLimits
  private var scopes: [Scope] = []
  private var expectation = Expectation.value
  /// Where the next token is looked for.
  private var position = 0
  /// Where the last token began, in bytes from the start.
  package private(set) var offset = 0

  /// - Throws: `tooLarge` for a text longer than the limit.
  package init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
    guard bytes.count <= limits.maxBytes else {
      throw JSONError(
        .tooLarge, "the text has \(bytes.count) bytes; at most \(limits.maxBytes) are read", at: 0)
    }
    self.bytes = bytes
    self.limits = limits
  }

  /// How many arrays and objects are open.
  package var depth: Int { scopes.count }

  /// The next token, nil behind the last one.
  package mutating func next() throws(JSONError) -> JSONToken? {
    skipBlanks()
    if expectation == .separator {
      guard try passSeparator() else { return try close() }
      skipBlanks()
    }
    offset = position
    guard position < bytes.count else {
      guard expectation == .nothing else { throw malformed("the text ends too early") }
      return nil
    }
    let byte = bytes[position]
    switch expectation {
    case .nothing: throw malformed("something follows the value; remove it")
    case .firstElement where byte == UInt8(ascii: "]"): return try close()
    case .firstKey where byte == UInt8(ascii: "}"): return try close()
    case .firstKey, .key: return try key(byte)
    case .value, .firstElement, .separator: return try value(byte)
    }
  }

  /// The next token; nil never, because the caller knows that something has to come.
  package mutating func require() throws(JSONError) -> JSONToken {
    guard let token = try next() else { throw malformed("the text ends too early") }
    return token
  }

  /// Makes sure that nothing but blanks follows.
  package mutating func finish() throws(JSONError) {
    guard try next() == nil else { throw malformed("something follows the value; remove it") }
  }

  /// Passes over the value that begins with `token`.
  package mutating func skip(from token: JSONToken) throws(JSONError) {
    guard token == .beginObject || token == .beginArray else { return }
    let outer = depth - 1
    while depth > outer { _ = try require() }
  }

  // MARK: Structure

  private func malformed(_ reason: String) -> JSONError {
    JSONError(.malformed, reason, at: offset)
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0a, 0x0d: position += 1
      default: return
      }
    }
  }

  /// Passes a comma; false where an array or object ends instead.
  private mutating func passSeparator() throws(JSONError) -> Bool {
    offset = position
    guard position < bytes.count, let scope = scopes.last else {
      throw malformed("the text ends too early")
    }
    switch (bytes[position], scope) {
    case (UInt8(ascii: ","), .array): expectation = .value
    case (UInt8(ascii: ","), .object): expectation = .key
    case (UInt8(ascii: "]"), .array), (UInt8(ascii: "}"), .object): return false
    case (_, .array): throw malformed("expected , or ]")
    case (_, .object): throw malformed("expected , or }")
    }
    position += 1
    return true
  }

  private mutating func close() throws(JSONError) -> JSONToken {
    offset = position
    position += 1
    let scope = scopes.removeLast()
    expectation = scopes.isEmpty ? .nothing : .separator
    if case .array = scope { return .endArray }
    return .endObject
  }

  private mutating func open(_ scope: Scope) throws(JSONError) {
    guard scopes.count < limits.maxDepth else {
      throw JSONError(.tooLarge, "more than \(limits.maxDepth) levels are nested", at: offset)
    }
    scopes.append(scope)
    position += 1
  }

  private mutating func key(_ byte: UInt8) throws(JSONError) -> JSONToken {
    guard byte == UInt8(ascii: "\"") else { throw malformed("expected a key in quotes") }
    let key = try string()
    guard case .object(var keys)? = scopes.popLast() else { throw malformed("expected no key") }
    guard keys.insert(key).inserted else {
      throw JSONError(.duplicateKey, "the key \"\(key)\" comes twice", at: offset)
    }
    guard keys.count <= limits.maxKeys else {
      throw JSONError(.tooLarge, "an object has more than \(limits.maxKeys) keys", at: offset)
    }
    scopes.append(.object(keys))
    skipBlanks()
    guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
      offset = position
      throw malformed("expected : behind the key \"\(key)\"")
    }
    position += 1
    expectation = .value
    return .key(key)
  }

  private mutating func value(_ byte: UInt8) throws(JSONError) -> JSONToken {
    switch byte {
    case UInt8(ascii: "{"):
      try open(.object([]))
      expectation = .firstKey
      return .beginObject
    case UInt8(ascii: "["):
      try open(.array)
      expectation = .firstElement
      return .beginArray
    default: break
    }
    let token: JSONToken =
      switch byte {
      case UInt8(ascii: "\""): .string(try string())
      case UInt8(ascii: "-"), 0x30...0x39: .number(try number())
      case UInt8(ascii: "t"): try literal("true", .bool(true))
      case UInt8(ascii: "f"): try literal("false", .bool(false))
      case UInt8(ascii: "n"): try literal("null", .null)
      default: throw malformed("expected a value")
      }
    expectation = scopes.isEmpty ? .nothing : .separator
    return token
  }

  private mutating func literal(
    _ text: StaticString, _ token: JSONToken
  ) throws(JSONError) -> JSONToken {
    let expected = Array(text.description.utf8)
    guard bytes[position...].starts(with: expected) else { throw malformed("expected \(text)") }
    position += expected.count
    return token
  }

  // MARK: Scalars

  /// RFC 8259 §6: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
  private mutating func number() throws(JSONError) -> JSONNumber {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let isZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
    let digitsInFront = passDigits()
    guard digitsInFront > 0 else { throw malformed("a number has no digits") }
    guard !isZero || digitsInFront == 1 else { throw malformed("a number begins with 0") }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      guard passDigits() > 0 else { throw malformed("a number ends behind its point") }
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) {
        position += 1
      }
      guard passDigits() > 0 else { throw malformed("a number ends in its exponent") }
    }
    guard position - start <= limits.maxNumberBytes else {
      throw JSONError(
        .tooLarge, "a number has more than \(limits.maxNumberBytes) bytes", at: offset)
    }
    return JSONNumber(text: String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func passDigits() -> Int {
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    return position - start
  }

  /// RFC 8259 §7. The position is at the quote in front, afterwards behind the one at the end.
  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while position < bytes.count, bytes[position] != 0x22, bytes[position] != 0x5c,
      bytes[position] >= 0x20
    { position += 1 }
    guard position < bytes.count else { throw malformed("a string is never closed") }
    if bytes[position] == 0x22 {
      defer { position += 1 }
      return try text(bytes[start..<position])
    }
    return try stringWithEscapes(Array(bytes[start..<position]))
  }

  /// Goes on where an escape, or what has to be one, was met.
  private mutating func stringWithEscapes(_ head: [UInt8]) throws(JSONError) -> String {
    var content = head
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case 0x22:
        position += 1
        return try text(content[...])
      case 0x5c: try escape(into: &content)
      case 0..<0x20:
        offset = position
        throw malformed("a control character stands in a string; escape it")
      default:
        content.append(byte)
        position += 1
      }
    }
    throw malformed("a string is never closed")
  }

  private func text(_ content: ArraySlice<UInt8>) throws(JSONError) -> String {
    guard content.count <= limits.maxStringBytes else {
      throw JSONError(
        .tooLarge, "a string has more than \(limits.maxStringBytes) bytes", at: offset)
    }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw malformed("a string is not valid UTF-8")
    }
    return text
  }

  private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
    let start = position
    guard position + 1 < bytes.count else { throw malformed("a string is never closed") }
    let letter = bytes[position + 1]
    position += 2
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(letter)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0c)
    case UInt8(ascii: "n"): content.append(0x0a)
    case UInt8(ascii: "r"): content.append(0x0d)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"): content += try unicodeEscape(at: start)
    default:
      offset = start
      throw malformed("a string has an unknown escape")
    }
  }

  /// Four hexadecimal digits, or two times four that make one scalar; the `\u` is behind us.
  private mutating func unicodeEscape(at start: Int) throws(JSONError) -> [UInt8] {
    let unit = try hexUnit(at: start)
    var value = UInt32(unit)
    if UTF16.isLeadSurrogate(unit) {
      guard position + 1 < bytes.count, bytes[position] == 0x5c, bytes[position + 1] == 0x75 else {
        offset = start
        throw malformed("a string has half a surrogate pair")
      }
      position += 2
      let trail = try hexUnit(at: start)
      guard UTF16.isTrailSurrogate(trail) else {
        offset = start
        throw malformed("a string has half a surrogate pair")
      }
      value = 0x10000 + (UInt32(unit) - 0xd800) << 10 + (UInt32(trail) - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(value) else {
      offset = start
      throw malformed("a string has half a surrogate pair")
    }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func hexUnit(at start: Int) throws(JSONError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = Self.hexDigit(bytes[position]) else {
        offset = start
        throw malformed("an escape wants four hexadecimal digits")
      }
      value = value << 4 | digit
      position += 1
    }
    return value
  }

  private static func hexDigit(_ byte: UInt8) -> UInt16? {
    switch byte {
    case 0x30...0x39: UInt16(byte - 0x30)
    case 0x41...0x46: UInt16(byte - 0x41 + 10)
    case 0x61...0x66: UInt16(byte - 0x61 + 10)
    default: nil
    }
  }
}
