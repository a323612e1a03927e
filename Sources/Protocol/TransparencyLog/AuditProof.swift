package import PurSightCrypto

/// Everything that proves one event to somebody who trusts nothing but the log's key: the event's
/// bytes, its place, the path to the root and the signed checkpoint. Verification needs no network.
package struct AuditProof: Hashable, Sendable {
  /// The bytes that the log's leaf hash covers (`AuditLeaf(decoding:)` reads them).
  package let leaf: [UInt8]
  /// The event's place in the log, from 0.
  package let index: UInt64
  /// The sibling hashes from the leaf up.
  package let path: [SHA256Digest]
  /// The signed checkpoint as the log published it.
  package let checkpointNote: String

  /// Puts a proof together; only `verify` judges it.
  package init(leaf: [UInt8], index: UInt64, path: [SHA256Digest], checkpointNote: String) {
    self.leaf = leaf
    self.index = index
    self.path = path
    self.checkpointNote = checkpointNote
  }

  /// Checks signature, path and event, and answers the checkpoint that they hold under.
  ///
  /// Throws `untrusted` when another key signed, `missing` when the checkpoint is older than the
  /// event, `changed` when the event is not what was signed, `malformed` for broken bytes.
  package func verify(_ key: VerifierKey) throws(TransparencyLogError) -> SignedCheckpoint {
    let signed = try SignedCheckpoint(parsing: checkpointNote, key: key)
    try InclusionProof(index: index, size: signed.checkpoint.size, path: path)
      .verify(leafHash: MerkleTree.leafHash(leaf), root: signed.checkpoint.root)
    return signed
  }

  /// As `verify`, and checks besides that the log still begins with what was remembered of it.
  ///
  /// Throws in addition `forked` for a rewritten history and `missing` for a log that shrank.
  package func verify(
    _ key: VerifierKey, remembered: Checkpoint, consistency: ConsistencyProof?
  ) throws(TransparencyLogError) -> SignedCheckpoint {
    let signed = try verify(key)
    try remembered.verifyExtension(by: signed.checkpoint, proof: consistency)
    return signed
  }

  /// The proof as a file of C2SP tlog-proof, with the event's bytes as extra data.
  package var fileText: String {
    let lines =
      [Self.header, "extra " + Base64.encode(leaf), "index \(index)"]
      + path.map { Base64.encode($0.bytes) } + [""]
    return lines.map { $0 + "\n" }.joined() + checkpointNote
  }

  /// Reads a file as `fileText` writes it.
  ///
  /// Throws `malformed` for another form, also when the event's bytes are not in it.
  package init(fileText: String) throws(TransparencyLogError) {
    guard fileText.utf8.count <= Self.maxFileBytes else {
      throw TransparencyLogError(.tooLarge, "A proof file has at most \(Self.maxFileBytes) bytes")
    }
    let bytes = Array(fileText.utf8)
    let newline = UInt8(ascii: "\n")
    guard
      let blank = bytes.indices.dropFirst().first(where: {
        bytes[$0] == newline && bytes[$0 - 1] == newline
      })
    else { throw Self.malformed }
    let lines = bytes[..<(blank - 1)].split(separator: newline, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard
      lines.count >= 3, lines[0] == Self.header,
      lines[1].hasPrefix("extra "), let leaf = try? Base64.decode(lines[1].dropFirst(6)),
      lines[2].hasPrefix("index "), let index = UInt64(lines[2].dropFirst(6)),
      lines[2] == "index \(index)", lines.count - 3 <= 62
    else { throw Self.malformed }
    var path: [SHA256Digest] = []
    for line in lines.dropFirst(3) {
      guard let hash = try? Base64.decode(line), let digest = SHA256Digest(bytes: hash) else {
        throw Self.malformed
      }
      path.append(digest)
    }
    self.leaf = leaf
    self.index = index
    self.path = path
    checkpointNote = String(decoding: bytes[(blank + 1)...], as: UTF8.self)
  }

  private static let header = "c2sp.org/tlog-proof@v1"
  /// The longest proof file, in bytes: a note and the longest leaf in base64.
  private static let maxFileBytes = SignedNote.maxBytes + 2 * AuditLeaf.maxBytes
  private static let malformed = TransparencyLogError(
    .malformed, "This is no proof file of the form c2sp.org/tlog-proof@v1 with an event in it")
}
