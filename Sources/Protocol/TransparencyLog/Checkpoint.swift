package import PurSightCrypto

/// A statement about a log: its name, its size and the root over all its leaves
/// (C2SP tlog-checkpoint).
package struct Checkpoint: Hashable, Sendable {
  /// The most extension lines.
  package static let maxExtensionLines = 16

  /// The log's name, the same as its key's.
  package let origin: String
  /// The number of leaves.
  package let size: UInt64
  /// The root of the tree of that size.
  package let root: SHA256Digest
  /// Further lines; PurSight writes none and keeps what others wrote.
  package let extensionLines: [String]

  /// Makes a checkpoint.
  ///
  /// Throws `malformed` for an origin or extension that is empty or has more than one line, or for
  /// a root that the empty tree does not have.
  package init(
    origin: String, size: UInt64, root: SHA256Digest, extensionLines: [String] = []
  ) throws(TransparencyLogError) {
    guard
      extensionLines.count <= Self.maxExtensionLines,
      ([origin] + extensionLines).allSatisfy({ line in
        !line.isEmpty && line.utf8.allSatisfy { $0 >= 0x20 }
      })
    else {
      throw TransparencyLogError(
        .malformed, "Origin and extensions of a checkpoint are single lines that are not empty")
    }
    guard size > 0 || root == MerkleTree.emptyRoot else {
      throw TransparencyLogError(.malformed, "A log without events has the hash of nothing as root")
    }
    self.origin = origin
    self.size = size
    self.root = root
    self.extensionLines = extensionLines
  }

  /// Reads the text of a note.
  ///
  /// Throws `malformed` for another form: leading zeros, a root of another length, empty lines.
  package init(noteText: String) throws(TransparencyLogError) {
    var lines = noteText.utf8.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).map { String($0) ?? "" }
    guard
      lines.count >= 4, lines.removeLast().isEmpty,
      let size = UInt64(lines[1]), String(size) == lines[1], size <= MerkleTree.maxSize,
      let rootBytes = try? Base64.decode(lines[2]), let root = SHA256Digest(bytes: rootBytes)
    else {
      throw TransparencyLogError(
        .malformed, "A checkpoint has the lines origin, size and base64 root")
    }
    try self.init(
      origin: lines[0], size: size, root: root, extensionLines: Array(lines.dropFirst(3)))
  }

  /// The text that is signed.
  package var noteText: String {
    let lines = [origin, String(size), Base64.encode(root.bytes)] + extensionLines
    return lines.map { $0 + "\n" }.joined()
  }

  /// Signs the checkpoint, with the time as a second signature of the same key
  /// (C2SP tlog-cosignature, which adds the time outside the text).
  ///
  /// - `key`: the log's key, whose name is `origin`.
  /// - `unixSeconds`: when it is signed, not negative.
  package func signed(
    with key: Ed25519PrivateKey, unixSeconds: Int64
  ) throws(TransparencyLogError) -> SignedCheckpoint {
    let verifier = try VerifierKey(name: origin, publicKey: key.publicKey)
    let time = UInt64(max(0, unixSeconds))
    let plain: [UInt8]
    let timed: [UInt8]
    do throws(CryptoError) {
      plain = try key.sign(Array(noteText.utf8))
      timed = try key.sign(SignedCheckpoint.timedMessage(noteText, unixSeconds: time))
    } catch {
      throw TransparencyLogError(.untrusted, "The checkpoint cannot be signed: \(error.message)")
    }
    let note = try SignedNote(
      text: noteText,
      signatures: [
        .init(name: origin, keyID: verifier.keyID(.ed25519), bytes: plain),
        .init(
          name: origin, keyID: verifier.keyID(.timestamped),
          bytes: SignedCheckpoint.bigEndian(time) + timed),
      ])
    return try SignedCheckpoint(parsing: note.description, key: verifier)
  }

  /// Checks that a later checkpoint of the log goes on from this one.
  ///
  /// Throws `untrusted` for another log, `missing` when the log shrank, `forked` when history was
  /// rewritten. From size 0, or to the same size, `proof` may be nil.
  package func verifyExtension(
    by later: Checkpoint, proof: ConsistencyProof?
  ) throws(TransparencyLogError) {
    guard later.origin == origin else {
      throw TransparencyLogError(
        .untrusted, "The checkpoint is of the log \(later.origin), not of \(origin)")
    }
    guard later.size >= size else {
      throw TransparencyLogError(
        .missing, "The log has \(later.size) events, but \(size) were signed before")
    }
    if size == 0 { return }
    let path = later.size == size ? [] : proof?.path ?? []
    try ConsistencyProof(from: size, to: later.size, path: path)
      .verify(oldRoot: root, newRoot: later.root)
  }
}
