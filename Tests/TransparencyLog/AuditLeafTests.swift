import PurSightCrypto
import PurSightTransparencyLog
import Testing

@Suite struct `Audit leaves` {
  private func full() throws -> AuditLeaf {
    let eventID = try UUID(parsing: "019aa5c7-e000-7abc-8def-0123456789ab")
    var leaf = AuditLeaf(
      eventID: eventID, project: "default", time: 1_763_733_731_123_456,
      actor: AuditActor(
        kind: .user, principal: "user:7f3a",
        authentication: .init(
          method: "oidc", issuer: "https://sso.example", contextClass: "aal2",
          time: 1_763_733_000)),
      source: AuditSource(
        certificate: SHA256.hash(Array("certificate".utf8)), userAgent: "pursightctl/0.1"),
      call: AuditCall(
        service: "pursight.v1.CatalogService", method: "UpdateAsset", requestID: "req-1",
        traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
      activity: .update)
    leaf.resources = [
      AuditResource(kind: "asset", identifier: "a-1", versionBefore: 4, versionAfter: 5),
      AuditResource(kind: "tag", identifier: "größe"),
    ]
    leaf.changes = [
      AuditChange(path: "description", before: .absent, after: .text("\"Départs\"")),
      AuditChange(
        path: "image",
        before: .digest(SHA256.hash(Array("before".utf8)), byteCount: 70_000),
        after: .digest(SHA256.hash(Array("after".utf8)), byteCount: 1 << 40)),
      AuditChange(
        path: "owner", before: .absent,
        after: .sealed(
          try sealed("3d3c3ce72f4d8a81cc95ace8451c33", "0e862124e2bb0361994b831130eded22"))),
    ]
    leaf.outcome = 7
    leaf.decision = AuditDecision(
      isAllowed: false, permission: "asset.update", policy: "role/viewer", policyVersion: 12)
    leaf.reason = "INC-7"
    leaf.sealed = [
      AuditSealedField(
        name: "source.address",
        value: try sealed("6d6b6f897a1bd9c28b", "59d125da55d1eb6586479f5fdd178347"))
    ]
    return leaf
  }

  private func sealed(_ ciphertext: String, _ tag: String) throws -> AuditSealedValue {
    AuditSealedValue(
      keyID: try UUID(parsing: "0f0e0d0c-0b0a-4908-8706-050403020100"),
      box: AESGCM.SealedBox(
        nonce: (0..<12).map { UInt8($0) }, ciphertext: try Hexadecimal.decode(ciphertext),
        tag: try Hexadecimal.decode(tag)))
  }

  private func small() throws -> AuditLeaf {
    AuditLeaf(
      eventID: try UUID(parsing: "019aa5c7-e000-7abc-8def-0123456789ab"), project: "p", time: -1,
      actor: AuditActor(kind: .system, principal: ""),
      call: AuditCall(service: "s", method: "m"), activity: .other)
  }

  @Test func `leaves are written as an independent writer writes them`() throws {
    #expect(try Hexadecimal.encode(full().encoded()) == LogVectors.fullLeaf)
    #expect(try Hexadecimal.encode(small().encoded()) == LogVectors.smallLeaf)
  }

  @Test func `leaves are read as they were written`() throws {
    #expect(try AuditLeaf(decoding: Hexadecimal.decode(LogVectors.fullLeaf)) == full())
    #expect(try AuditLeaf(decoding: Hexadecimal.decode(LogVectors.smallLeaf)) == small())
  }

  @Test func `personal values that another program sealed open with their key only`() throws {
    let leaf = try AuditLeaf(decoding: Hexadecimal.decode(LogVectors.fullLeaf))
    let key = try SymmetricKey(bytes: (32..<64).map { UInt8($0) })
    let address = leaf.sealed[0].value
    #expect(
      try address.open(field: "source.address", eventID: leaf.eventID, key: key) == "192.0.2.7")
    guard case .sealed(let owner) = leaf.changes[2].after else {
      Issue.record("the third change is not sealed")
      return
    }
    #expect(
      try owner.open(field: "owner.after", eventID: leaf.eventID, key: key) == "ana@example.com")
    #expect(throws: CryptoError.self) {
      try address.open(field: "actor.name", eventID: leaf.eventID, key: key)
    }
    #expect(throws: CryptoError.self) {
      try address.open(field: "source.address", eventID: .version7(), key: key)
    }
    #expect(throws: CryptoError.self) {
      try address.open(field: "source.address", eventID: leaf.eventID, key: .generate())
    }
  }

  @Test func `a sealed value opens again`() throws {
    let key = try SymmetricKey.generate()
    let event = UUID.version7()
    let value = try AuditSealedValue(
      sealing: "Ana", field: "actor.name", eventID: event, key: key, keyID: .version4())
    #expect(try value.open(field: "actor.name", eventID: event, key: key) == "Ana")
  }

  @Test func `every cut and every further byte is refused`() throws {
    let bytes = try Hexadecimal.decode(LogVectors.fullLeaf)
    for count in 0..<bytes.count {
      #expect(throws: TransparencyLogError.self) {
        try AuditLeaf(decoding: Array(bytes.prefix(count)))
      }
    }
    #expect(throws: TransparencyLogError.self) { try AuditLeaf(decoding: bytes + [0]) }
  }

  /// Whatever is read at all is written back to the same bytes: there is one encoding per content.
  @Test func `hostile bytes are refused or are the one encoding of their content`() throws {
    let bytes = try Hexadecimal.decode(LogVectors.fullLeaf)
    var readable = 0
    for index in bytes.indices {
      for value in [0, 1, 2, 4, 0x7F, 0x80, 0xC3, 0xFF, bytes[index] ^ 0x20] as [UInt8] {
        var changed = bytes
        changed[index] = value
        guard let leaf = try? AuditLeaf(decoding: changed) else { continue }
        readable += 1
        #expect(try leaf.encoded() == changed)
      }
    }
    #expect(readable > 100)
    #expect(readable < bytes.count * 9)
  }

  @Test func `random bytes never trap`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let count = Int.random(in: 0...200, using: &generator)
      let bytes = [1] + (0..<count).map { _ in UInt8.random(in: 0...3, using: &generator) }
      if let leaf = try? AuditLeaf(decoding: bytes) { #expect((try? leaf.encoded()) == bytes) }
    }
  }

  /// The activity is byte 45 of the small leaf, counted by hand in docs/audit-leaf.md.
  @Test func `the numbers of the activities are those of the document`() throws {
    let bytes = try Hexadecimal.decode(LogVectors.smallLeaf)
    #expect(bytes[45] == 99)
    let documented: [UInt8: AuditActivity] = [
      1: .create, 2: .read, 3: .update, 4: .delete, 99: .other, 100: .open, 101: .finish,
      102: .abort, 103: .deny,
    ]
    for number in UInt8.min...UInt8.max {
      var changed = bytes
      changed[45] = number
      #expect((try? AuditLeaf(decoding: changed))?.activity == documented[number])
    }
  }

  @Test func `another version is refused`() throws {
    var bytes = try Hexadecimal.decode(LogVectors.smallLeaf)
    bytes[0] = 2
    let error = #expect(throws: TransparencyLogError.self) { try AuditLeaf(decoding: bytes) }
    #expect(error?.message.contains("newer program") == true)
  }

  @Test func `fields end at their limits`() throws {
    var leaf = try small()
    leaf.project = String(repeating: "p", count: AuditLeaf.maxTextBytes)
    #expect(try AuditLeaf(decoding: leaf.encoded()) == leaf)
    leaf.project += "p"
    let error = #expect(throws: TransparencyLogError.self) { try leaf.encoded() }
    #expect(error?.code == .tooLarge)
    #expect(error?.message.contains("project") == true)

    leaf = try small()
    let resource = AuditResource(kind: "k", identifier: "i")
    leaf.resources = Array(repeating: resource, count: AuditLeaf.maxItems)
    #expect(try AuditLeaf(decoding: leaf.encoded()) == leaf)
    leaf.resources.append(resource)
    #expect(throws: TransparencyLogError.self) { try leaf.encoded() }
  }

  @Test func `a leaf ends at 65,535 bytes`() throws {
    var leaf = try small()
    let value = AuditValue.text(String(repeating: "v", count: AuditLeaf.maxValueBytes))
    leaf.changes = (0..<3).map { _ in AuditChange(path: "", before: .absent, after: value) }
    leaf.changes.append(AuditChange(path: "", before: .absent, after: .text("")))
    let rest = AuditLeaf.maxBytes - (try leaf.encoded().count)
    leaf.changes[3].after = .text(String(repeating: "v", count: rest))
    let bytes = try leaf.encoded()
    #expect(bytes.count == 65_535)
    #expect(try AuditLeaf(decoding: bytes) == leaf)
    leaf.reason = "r"
    let error = #expect(throws: TransparencyLogError.self) { try leaf.encoded() }
    #expect(error?.code == .tooLarge)
    #expect(throws: TransparencyLogError.self) { try AuditLeaf(decoding: bytes + [0]) }
  }
}
