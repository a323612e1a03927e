/// Writes one JSON text. Grammar: RFC 8259.
///
/// The caller opens and closes in pairs; commas, colons, line breaks and escapes are the writer's.
package struct JSONWriter: Sendable {
  /// How the text is laid out.
  package enum Layout: Sendable {
    /// On one line without blanks.
    case compact
    /// A line per element, two blanks per level.
    case indented
  }

  private let layout: Layout
  private var content: [UInt8] = []
  /// For each open array or object, whether something is in it.
  private var scopes: [Bool] = []
  private var isBehindKey = false

  package init(_ layout: Layout = .compact) { self.layout = layout }

  /// The text so far.
  package var bytes: [UInt8] { content }
  package var string: String { String(decoding: content, as: UTF8.self) }

  /// Drops what was written and keeps the memory, for one text per line.
  package mutating func removeAll() { content.removeAll(keepingCapacity: true) }

  package mutating func beginObject() { open("{") }
  package mutating func endObject() { close("}") }
  package mutating func beginArray() { open("[") }
  package mutating func endArray() { close("]") }

  package mutating func key(_ key: String) {
    beginElement()
    quote(key)
    content.append(UInt8(ascii: ":"))
    if layout == .indented { content.append(0x20) }
    isBehindKey = true
  }

  package mutating func string(_ value: String) {
    beginElement()
    quote(value)
  }

  package mutating func integer(_ value: some FixedWidthInteger) { raw(String(value)) }

  /// The shortest text that reads back as the same number; JSON knows no NaN and no infinity, which
  /// become strings as in the proto3 mapping.
  package mutating func double(_ value: Double) {
    if value.isNaN { return string("NaN") }
    if value.isInfinite { return string(value < 0 ? "-Infinity" : "Infinity") }
    raw(Self.text(value))
  }

  /// As `double`, with the shortest text for a single.
  package mutating func float(_ value: Float) {
    if value.isNaN { return string("NaN") }
    if value.isInfinite { return string(value < 0 ? "-Infinity" : "Infinity") }
    let text = "\(value)"
    raw(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
  }

  package mutating func number(_ value: JSONNumber) { raw(value.text) }
  package mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }
  package mutating func null() { raw("null") }

  package mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .number(let value): number(value)
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        key(member.key)
        self.value(member.value)
      }
      endObject()
    }
  }

  private static func text(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private mutating func raw(_ text: String) {
    beginElement()
    content += text.utf8
  }

  private mutating func open(_ bracket: Unicode.Scalar) {
    beginElement()
    content.append(UInt8(ascii: bracket))
    scopes.append(false)
  }

  private mutating func close(_ bracket: Unicode.Scalar) {
    let hasElements = scopes.popLast() ?? false
    if hasElements { breakLine() }
    content.append(UInt8(ascii: bracket))
  }

  /// What goes in front of a key or value.
  private mutating func beginElement() {
    guard !isBehindKey else {
      isBehindKey = false
      return
    }
    guard let hasElements = scopes.last else { return }
    if hasElements { content.append(UInt8(ascii: ",")) }
    scopes[scopes.count - 1] = true
    breakLine()
  }

  private mutating func breakLine() {
    guard layout == .indented else { return }
    content.append(0x0a)
    content.append(contentsOf: repeatElement(0x20, count: scopes.count * 2))
  }

  /// RFC 8259 §7: what must be escaped, and nothing else.
  private mutating func quote(_ text: String) {
    content.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5c: content += [0x5c, byte]
      case 0x08: content += [0x5c, UInt8(ascii: "b")]
      case 0x0c: content += [0x5c, UInt8(ascii: "f")]
      case 0x0a: content += [0x5c, UInt8(ascii: "n")]
      case 0x0d: content += [0x5c, UInt8(ascii: "r")]
      case 0x09: content += [0x5c, UInt8(ascii: "t")]
      case 0..<0x20: content += [0x5c, 0x75, 0x30, 0x30, Self.hex(byte >> 4), Self.hex(byte & 15)]
      default: content.append(byte)
      }
    }
    content.append(0x22)
  }

  private static func hex(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 + digit : 0x57 + digit }
}
