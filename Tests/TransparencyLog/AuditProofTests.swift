import PurSightCrypto
import PurSightTransparencyLog
import Testing

@Suite struct `Audit proofs` {
  private let log = MemoryLog(size: 31)
  private let key: Ed25519PrivateKey
  private let verifier: VerifierKey

  init() throws {
    key = try Ed25519PrivateKey.generate()
    verifier = try VerifierKey(name: "test", publicKey: key.publicKey)
  }

  private func proof(of index: Int) throws -> AuditProof {
    let note = try log.checkpoint(31).signed(with: key, unixSeconds: 5).note
    return AuditProof(
      leaf: log.bodies[index], index: UInt64(index), path: try log.inclusion(index, 31).path,
      checkpointNote: note)
  }

  @Test func `a proof verifies with nothing but the key`() throws {
    for index in 0..<31 {
      let signed = try proof(of: index).verify(verifier)
      #expect(signed.checkpoint.size == 31)
      #expect(signed.signedAt == 5)
    }
  }

  @Test func `each kind of forgery has its own answer`() throws {
    let good = try proof(of: 12)
    let later = AuditProof(
      leaf: good.leaf, index: 31, path: good.path, checkpointNote: good.checkpointNote)
    let changed = AuditProof(
      leaf: good.leaf + [0], index: 12, path: good.path, checkpointNote: good.checkpointNote)
    let moved = AuditProof(
      leaf: good.leaf, index: 13, path: good.path, checkpointNote: good.checkpointNote)
    for (forged, code) in [
      (later, TransparencyLogError.Code.missing), (changed, .changed), (moved, .changed),
    ] {
      let error = #expect(throws: TransparencyLogError.self) { try forged.verify(verifier) }
      #expect(error?.code == code)
    }
    let stranger = try VerifierKey(name: "test", publicKey: Ed25519PrivateKey.generate().publicKey)
    let error = #expect(throws: TransparencyLogError.self) { try good.verify(stranger) }
    #expect(error?.code == .untrusted)
  }

  @Test func `a rewritten history is found by what was remembered`() throws {
    var rewritten = MemoryLog(size: 5)
    for index in 5..<20 { rewritten.append(Array("other \(index)".utf8)) }
    let remembered = try rewritten.checkpoint(20)
    let good = try proof(of: 3)
    let error = #expect(throws: TransparencyLogError.self) {
      try good.verify(verifier, remembered: remembered, consistency: log.consistency(20, 31))
    }
    #expect(error?.code == .forked)
    _ = try good.verify(
      verifier, remembered: log.checkpoint(20), consistency: log.consistency(20, 31))
  }

  @Test func `a proof file carries the whole proof`() throws {
    for index in [0, 12, 30] {
      let proof = try proof(of: index)
      #expect(proof.fileText.hasPrefix("c2sp.org/tlog-proof@v1\nextra "))
      #expect(try AuditProof(fileText: proof.fileText) == proof)
    }
    let alone = AuditProof(leaf: [], index: 0, path: [], checkpointNote: "note\n")
    #expect(try AuditProof(fileText: alone.fileText) == alone)
  }

  @Test(arguments: [
    "", "\n\n", "c2sp.org/tlog-proof@v1\n\nnote",
    "c2sp.org/tlog-proof@v2\nextra AA==\nindex 0\n\nn\n",
    "c2sp.org/tlog-proof@v1\nindex 0\n\nn\n", "c2sp.org/tlog-proof@v1\nextra AA==\nindex 00\n\nn\n",
    "c2sp.org/tlog-proof@v1\nextra AA==\nindex -1\n\nn\n",
    "c2sp.org/tlog-proof@v1\nextra AA\nindex 0\n\nn\n",
    "c2sp.org/tlog-proof@v1\nextra AA==\nindex 0\nAA==\n\nn\n",
  ])
  func `other files are refused`(text: String) {
    #expect(throws: TransparencyLogError.self) { try AuditProof(fileText: text) }
  }
}
