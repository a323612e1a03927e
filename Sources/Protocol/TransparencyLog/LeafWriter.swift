internal import PurSightCrypto

/// Writes the primitive forms of the leaf layout and refuses what a reader would refuse.
struct LeafWriter {
  private(set) var bytes: [UInt8] = []

  mutating func byte(_ value: UInt8) {
    bytes.append(value)
  }

  mutating func bool(_ value: Bool) {
    bytes.append(value ? 1 : 0)
  }

  mutating func integer(_ value: some FixedWidthInteger) {
    let bits = value.bitWidth
    for shift in stride(from: bits - 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func text(
    _ value: String, _ field: String, max: Int = AuditLeaf.maxTextBytes
  ) throws(TransparencyLogError) {
    try data(Array(value.utf8), field, max: max)
  }

  mutating func data(_ value: [UInt8], _ field: String, max: Int) throws(TransparencyLogError) {
    guard value.count <= max else {
      throw TransparencyLogError(
        .tooLarge,
        "The audit field \(field) has \(value.count) bytes, at most \(max) fit; "
          + "store a large value beside the event and record its digest")
    }
    integer(UInt16(value.count))
    bytes += value
  }

  mutating func count(_ value: Int, _ field: String) throws(TransparencyLogError) {
    guard value <= AuditLeaf.maxItems else {
      throw TransparencyLogError(
        .tooLarge,
        "The audit event has \(value) \(field), at most \(AuditLeaf.maxItems) fit; write several")
    }
    integer(UInt16(value))
  }

  mutating func value(_ value: AuditValue, _ field: String) throws(TransparencyLogError) {
    switch value {
    case .absent:
      byte(0)
    case .text(let text):
      byte(1)
      try self.text(text, field, max: AuditLeaf.maxValueBytes)
    case .digest(let digest, let byteCount):
      byte(2)
      bytes += digest.bytes
      integer(byteCount)
    case .sealed(let sealed):
      byte(3)
      try self.sealed(sealed, field)
    }
  }

  mutating func sealed(_ value: AuditSealedValue, _ field: String) throws(TransparencyLogError) {
    guard value.box.nonce.count == AESGCM.nonceBytes, value.box.tag.count == AESGCM.tagBytes else {
      throw TransparencyLogError(.malformed, "The sealed field \(field) has a wrong nonce or tag")
    }
    bytes += value.keyID.bytes
    try data(value.box.combined, field, max: AuditLeaf.maxValueBytes)
  }
}
