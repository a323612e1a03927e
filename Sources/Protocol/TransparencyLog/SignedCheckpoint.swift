internal import PurSightCrypto

/// A checkpoint whose signature was verified with a trusted key when this value was made.
package struct SignedCheckpoint: Hashable, Sendable {
  /// What was signed.
  package let checkpoint: Checkpoint
  /// The key that signed.
  package let key: VerifierKey
  /// When the log says it signed, in seconds since 1970; nil when it signed no time.
  package let signedAt: Int64?
  /// The note as received, with the signatures of others.
  package let note: String

  /// Reads a note and verifies it.
  ///
  /// Throws `malformed` for another form, `untrusted` when the key did not sign it, signed it for
  /// another log, or its signature over the time is not valid.
  package init(parsing note: String, key: VerifierKey) throws(TransparencyLogError) {
    let parsed = try SignedNote(parsing: note)
    _ = try parsed.signature(of: key)
    let checkpoint = try Checkpoint(noteText: parsed.text)
    guard checkpoint.origin == key.name else {
      throw TransparencyLogError(
        .untrusted, "The checkpoint is of the log \(checkpoint.origin), the key of \(key.name)")
    }
    self.checkpoint = checkpoint
    self.key = key
    self.note = note
    signedAt = try Self.time(in: parsed, key: key)
  }

  /// The message of a timestamped signature (C2SP tlog-cosignature, cosignature/v1).
  static func timedMessage(_ text: String, unixSeconds: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(unixSeconds)\n\(text)".utf8)
  }

  static func bigEndian(_ number: UInt64) -> [UInt8] {
    stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private static func time(
    in note: SignedNote, key: VerifierKey
  ) throws(TransparencyLogError) -> Int64? {
    guard let signature = note.first(key, .timestamped) else { return nil }
    let time = signature.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard
      let seconds = Int64(exactly: time),
      key.publicKey.isValid(
        Array(signature.bytes.dropFirst(8)), for: timedMessage(note.text, unixSeconds: time))
    else {
      throw TransparencyLogError(.untrusted, "The time that \(key.name) signed is not valid")
    }
    return seconds
  }
}
