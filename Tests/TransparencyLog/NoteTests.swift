import PurSightCrypto
import PurSightTransparencyLog
import Testing

@Suite struct `Signed notes` {
  /// The example of C2SP signed-note.
  private let exampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
  private let exampleNote = """
    This is an example message.

    \u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3\
    mFXmRKuwHjG1Yu72IneyaQM=

    """

  @Test func `the C2SP example verifies`() throws {
    let key = try VerifierKey(parsing: exampleKey)
    #expect(key.name == "example.com/foo")
    #expect(key.description == exampleKey)
    let note = try SignedNote(parsing: exampleNote)
    #expect(note.text == "This is an example message.\n")
    #expect(note.description == exampleNote)
    _ = try note.signature(of: key)
  }

  /// The example of Go's sumdb/note, whose signing key is public.
  @Test func `Go's example is signed byte for byte`() throws {
    let seed = try Base64.decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").dropFirst()
    let key = try Ed25519PrivateKey(seed: Array(seed))
    let verifier = try VerifierKey(name: "PeterNeumann", publicKey: key.publicKey)
    #expect(
      verifier.description
        == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    let text =
      "If you think cryptography is the answer to your problem,\n"
      + "then you don't know what your problem is.\n"
    let note = try SignedNote(
      text: text,
      signatures: [
        .init(name: "PeterNeumann", keyID: verifier.keyID, bytes: key.sign(Array(text.utf8)))
      ])
    #expect(
      note.description == text
        + "\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNX"
        + "gKvqfqdngotpRZb6KE6RyyBwJnAM=\n")
  }

  @Test func `a changed text, another key and another name are not trusted`() throws {
    let key = try VerifierKey(parsing: exampleKey)
    let changed = try SignedNote(parsing: exampleNote.replacing("example message", with: "exbmple"))
    #expect(throws: TransparencyLogError.self) { try changed.signature(of: key) }
    let note = try SignedNote(parsing: exampleNote)
    let other = try VerifierKey(name: key.name, publicKey: Ed25519PrivateKey.generate().publicKey)
    let otherName = try VerifierKey(name: "example.com/fo", publicKey: key.publicKey)
    for stranger in [other, otherName] {
      let error = #expect(throws: TransparencyLogError.self) { try note.signature(of: stranger) }
      #expect(error?.code == .untrusted)
    }
  }

  @Test func `signatures of strangers are ignored, a false one of the known key is not`() throws {
    let key = try VerifierKey(parsing: exampleKey)
    let stranger = "\u{2014} other AAAAAAAA\n"
    let note = try SignedNote(
      parsing: exampleNote.replacing("\u{2014} example", with: stranger + "\u{2014} example"))
    #expect(note.signatures.count == 2)
    _ = try note.signature(of: key)
    let falseLine = "\u{2014} example.com/foo " + Base64.encode(key.keyID + [1, 2, 3]) + "\n"
    let spoiled = try SignedNote(
      parsing: exampleNote.replacing("\u{2014} example", with: falseLine + "\u{2014} example"))
    #expect(throws: TransparencyLogError.self) { try spoiled.signature(of: key) }
  }

  @Test(arguments: [
    "", "\n", "\n\n", "text\n", "text\n\n", "text\n\n\u{2014} a AAAAAAAA", "text\n\n- a AAAAAAAA\n",
    "text\n\n\u{2014} a\n", "text\n\n\u{2014}  AAAAAAAA\n", "text\n\n\u{2014} a+b AAAAAAAA\n",
    "text\n\n\u{2014} a AAAA\n", "text\n\n\u{2014} a AAAAAAAB=\n", "te\tt\n\n\u{2014} a AAAAAAAA\n",
    "text\n\n\u{2014} a b AAAAAAAA\n", "text\n\n\u{2014} a\u{2003}b AAAAAAAA\n",
    "text\n\n\u{2014} a AAAAAAAA\n\n", "text\r\n\r\n\u{2014} a AAAAAAAA\r\n",
  ])
  func `other texts are no notes`(text: String) {
    #expect(throws: TransparencyLogError.self) { try SignedNote(parsing: text) }
  }

  @Test func `a note ends at its limits`() throws {
    let line = "\u{2014} a AAAAAAAA\n"
    let most = String(repeating: line, count: SignedNote.maxSignatures)
    #expect(try SignedNote(parsing: "t\n\n" + most).signatures.count == SignedNote.maxSignatures)
    #expect(throws: TransparencyLogError.self) { try SignedNote(parsing: "t\n\n" + most + line) }
    let tail = "\n\n" + line
    let longest = String(repeating: "t", count: SignedNote.maxBytes - tail.utf8.count) + tail
    #expect(try SignedNote(parsing: longest).signatures.count == 1)
    #expect(throws: TransparencyLogError.self) { try SignedNote(parsing: "t" + longest) }
  }

  @Test(arguments: [
    "", "a", "a+b", "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2", "a b+530d903a+AA==",
    "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
  ])
  func `other texts are no keys`(text: String) {
    #expect(throws: TransparencyLogError.self) { try VerifierKey(parsing: text) }
  }
}

@Suite struct `Checkpoints` {
  private func key() throws -> Ed25519PrivateKey {
    try Ed25519PrivateKey(seed: (0..<32).map { UInt8($0) })
  }

  @Test func `a checkpoint is signed as an independent writer signs it`() throws {
    let log = MemoryLog(size: 600)
    let checkpoint = try Checkpoint(
      origin: "pursight.example/log", size: 600, root: log.roots[600])
    let signed = try checkpoint.signed(with: key(), unixSeconds: 1_763_733_731)
    #expect(signed.note == LogVectors.checkpoint600)
    #expect(signed.key.description == LogVectors.verifierKey)
    #expect(signed.signedAt == 1_763_733_731)
    let read = try SignedCheckpoint(
      parsing: LogVectors.checkpoint600, key: VerifierKey(parsing: LogVectors.verifierKey))
    #expect(read == signed)
    #expect(read.checkpoint == checkpoint)
  }

  @Test func `a time that was not signed is refused`() throws {
    let key = try VerifierKey(parsing: LogVectors.verifierKey)
    let note = try SignedNote(parsing: LogVectors.checkpoint600)
    var time = note.signatures[1].bytes
    time[7] ^= 1
    let forged = try SignedNote(
      text: note.text,
      signatures: [
        note.signatures[0],
        .init(name: key.name, keyID: note.signatures[1].keyID, bytes: time),
      ])
    let error = #expect(throws: TransparencyLogError.self) {
      try SignedCheckpoint(parsing: forged.description, key: key)
    }
    #expect(error?.code == .untrusted)
    let without = try SignedNote(text: note.text, signatures: [note.signatures[0]])
    #expect(try SignedCheckpoint(parsing: without.description, key: key).signedAt == nil)
    let timeOnly = try SignedNote(text: note.text, signatures: [note.signatures[1]])
    #expect(throws: TransparencyLogError.self) {
      try SignedCheckpoint(parsing: timeOnly.description, key: key)
    }
  }

  @Test func `a key signs only for the log of its name`() throws {
    let verifier = try VerifierKey(name: "one", publicKey: key().publicKey)
    let text = "two\n0\n\(Base64.encode(MerkleTree.emptyRoot.bytes))\n"
    let note = try SignedNote(
      text: text,
      signatures: [
        .init(name: "one", keyID: verifier.keyID, bytes: key().sign(Array(text.utf8)))
      ])
    let error = #expect(throws: TransparencyLogError.self) {
      try SignedCheckpoint(parsing: note.description, key: verifier)
    }
    #expect(error?.code == .untrusted)
  }

  @Test(arguments: [
    "", "log\n", "log\n1\n", "log\n01\nAAAA\n", "log\n1\nAAAA\n",
    "\n1\nPzeCFYprHYz93SrBn/bk7u1wz52UvgQ+JFFSMs1W22Y=\n",
    "log\n01\nPzeCFYprHYz93SrBn/bk7u1wz52UvgQ+JFFSMs1W22Y=\n",
    "log\n-1\nPzeCFYprHYz93SrBn/bk7u1wz52UvgQ+JFFSMs1W22Y=\n",
    "log\n+1\nPzeCFYprHYz93SrBn/bk7u1wz52UvgQ+JFFSMs1W22Y=\n",
    "log\n9223372036854775807\nPzeCFYprHYz93SrBn/bk7u1wz52UvgQ+JFFSMs1W22Y=\n",
    "log\n1\nPzeCFYprHYz93SrBn/bk7u1wz52UvgQ+JFFSMs1W22Y=\n\n",
    "log\n1\nPzeCFYprHYz93SrBn/bk7u1wz52UvgQ+JFFSMs1W22Y=",
    "log\n0\nPzeCFYprHYz93SrBn/bk7u1wz52UvgQ+JFFSMs1W22Y=\n",
  ])
  func `other texts are no checkpoints`(text: String) {
    #expect(throws: TransparencyLogError.self) { try Checkpoint(noteText: text) }
  }

  @Test func `extension lines are kept`() throws {
    let text = "log\n1\nPzeCFYprHYz93SrBn/bk7u1wz52UvgQ+JFFSMs1W22Y=\nmore\nand more\n"
    let checkpoint = try Checkpoint(noteText: text)
    #expect(checkpoint.extensionLines == ["more", "and more"])
    #expect(checkpoint.noteText == text)
  }

  @Test func `a log that shrank, was rewritten or is another one is refused`() throws {
    let log = MemoryLog(size: 20)
    let remembered = try log.checkpoint(12)
    try remembered.verifyExtension(by: log.checkpoint(20), proof: log.consistency(12, 20))
    try remembered.verifyExtension(by: remembered, proof: nil)
    try log.checkpoint(0).verifyExtension(by: log.checkpoint(20), proof: nil)

    var rewritten = MemoryLog(size: 5)
    rewritten.append([0])
    for index in 6..<20 { rewritten.append(Array("event \(index)".utf8)) }
    let cases: [(Checkpoint, ConsistencyProof?, TransparencyLogError.Code)] = [
      (try log.checkpoint(11), nil, .missing),
      (try rewritten.checkpoint(20), try rewritten.consistency(12, 20), .forked),
      (try rewritten.checkpoint(12), nil, .forked),
      (try log.checkpoint(20), nil, .malformed),
      (
        try Checkpoint(origin: "other", size: 20, root: log.roots[20]),
        try log.consistency(12, 20), .untrusted
      ),
    ]
    for (later, proof, code) in cases {
      let error = #expect(throws: TransparencyLogError.self) {
        try remembered.verifyExtension(by: later, proof: proof)
      }
      #expect(error?.code == code)
    }
  }
}
