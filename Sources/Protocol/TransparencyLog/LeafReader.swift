internal import PurSightCrypto

/// Reads the primitive forms of the leaf layout; every length is checked before it is used.
struct LeafReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  mutating func take(
    _ count: Int, _ field: String
  ) throws(TransparencyLogError) -> ArraySlice<UInt8> {
    guard bytes.count - position >= count else {
      throw malformed(field, "the leaf ends in the middle of it")
    }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  mutating func byte(_ field: String) throws(TransparencyLogError) -> UInt8 {
    guard position < bytes.count else { throw malformed(field, "the leaf ends before it") }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func bool(_ field: String) throws(TransparencyLogError) -> Bool {
    switch try byte(field) {
    case 0: false
    case 1: true
    default: throw malformed(field, "it is neither 0 nor 1")
    }
  }

  mutating func integer<Value: FixedWidthInteger>(
    _ field: String, as type: Value.Type = Value.self
  ) throws(TransparencyLogError) -> Value {
    try take(Value.bitWidth / 8, field).reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
  }

  mutating func text(
    _ field: String, max: Int = AuditLeaf.maxTextBytes
  ) throws(TransparencyLogError) -> String {
    guard let text = String(validating: try data(field, max: max), as: UTF8.self) else {
      throw malformed(field, "it is no UTF-8")
    }
    return text
  }

  mutating func data(_ field: String, max: Int) throws(TransparencyLogError) -> ArraySlice<UInt8> {
    let count = Int(try integer(field, as: UInt16.self))
    guard count <= max else { throw malformed(field, "\(count) bytes are more than \(max)") }
    return try take(count, field)
  }

  mutating func list<Element>(
    _ field: String, _ read: (inout LeafReader) throws(TransparencyLogError) -> Element
  ) throws(TransparencyLogError) -> [Element] {
    let count = Int(try integer(field, as: UInt16.self))
    guard count <= AuditLeaf.maxItems else {
      throw malformed(field, "\(count) are more than \(AuditLeaf.maxItems)")
    }
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try read(&self)) }
    return elements
  }

  mutating func uuid(_ field: String) throws(TransparencyLogError) -> UUID {
    guard let uuid = UUID(bytes: try take(UUID.byteCount, field)) else {
      throw malformed(field, "it is no UUID")
    }
    return uuid
  }

  mutating func digest(_ field: String) throws(TransparencyLogError) -> SHA256Digest {
    guard let digest = SHA256Digest(bytes: try take(SHA256Digest.byteCount, field)) else {
      throw malformed(field, "it is no digest")
    }
    return digest
  }

  mutating func optional<Value>(
    _ field: String, _ read: (inout LeafReader) throws(TransparencyLogError) -> Value
  ) throws(TransparencyLogError) -> Value? {
    try bool(field) ? try read(&self) : nil
  }

  mutating func value(_ field: String) throws(TransparencyLogError) -> AuditValue {
    switch try byte(field) {
    case 0: .absent
    case 1: .text(try text(field, max: AuditLeaf.maxValueBytes))
    case 2: .digest(try digest(field), byteCount: try integer(field))
    case 3: .sealed(try sealed(field))
    default: throw malformed(field, "its kind is none of 0 to 3")
    }
  }

  mutating func sealed(_ field: String) throws(TransparencyLogError) -> AuditSealedValue {
    let keyID = try uuid(field)
    let combined = Array(try data(field, max: AuditLeaf.maxValueBytes))
    guard let box = try? AESGCM.SealedBox(combined: combined) else {
      throw malformed(field, "the sealed value is too short")
    }
    return AuditSealedValue(keyID: keyID, box: box)
  }

  func malformed(_ field: String, _ what: String) -> TransparencyLogError {
    TransparencyLogError(.malformed, "The audit leaf's \(field) at \(position): \(what)")
  }
}
