public import PurSightAPI
internal import PurSightTransparencyLog

/// A statement of how long the log was and what was in it, with a signature that was verified.
public struct SignedCheckpoint: Sendable, Hashable {
  /// How many events it covers.
  public let size: Int64
  /// When it was signed; nil when the signature does not say.
  public let signedAt: Timestamp?
  /// Who has signed, such as `pursight-prod+3f9c01ab`.
  public let keyName: String
  /// The text with its signatures (C2SP tlog-checkpoint).
  public let note: String
  let checkpoint: PurSightTransparencyLog.Checkpoint

  init(_ signed: PurSightTransparencyLog.SignedCheckpoint, _ key: VerifierKey) {
    size = Int64(clamping: signed.checkpoint.size)
    signedAt = signed.signedAt.map { Timestamp(seconds: $0) }
    keyName = key.shortName
    note = signed.note
    checkpoint = signed.checkpoint
  }

  /// Verifies the signature of a note.
  /// - Throws: `PERMISSION_DENIED`, reason `UNTRUSTED`, when it is not by `key`.
  init(verifying note: String, _ key: VerifierKey) throws(PurSightError) {
    do throws(TransparencyLogError) {
      self.init(
        try PurSightTransparencyLog.SignedCheckpoint(parsing: note, key: key.key), key)
    } catch {
      throw PurSightError(error)
    }
  }

  /// Whether both are the same signed text.
  public static func == (left: SignedCheckpoint, right: SignedCheckpoint) -> Bool {
    left.note == right.note
  }

  /// Hashes the signed text.
  public func hash(into hasher: inout Hasher) { hasher.combine(note) }
}
