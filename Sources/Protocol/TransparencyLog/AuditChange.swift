package import PurSightCrypto

/// One field that an act changed.
package struct AuditChange: Hashable, Sendable {
  /// The field's path within the resource, such as `columns.email.tags`.
  package var path: String
  /// The value before.
  package var before: AuditValue
  /// The value after.
  package var after: AuditValue

  /// Describes a change.
  package init(path: String, before: AuditValue, after: AuditValue) {
    self.path = path
    self.before = before
    self.after = after
  }
}

/// A value in a change.
package enum AuditValue: Hashable, Sendable {
  /// There is no value on this side.
  case absent
  /// A short value that is not personal, as JSON text.
  case text(String)
  /// A large image that is stored beside the log: the SHA-256 and the length of its stored bytes.
  /// A personal image is stored encrypted and the digest is that of the ciphertext.
  case digest(SHA256Digest, byteCount: UInt64)
  /// A personal value under its subject's key.
  case sealed(AuditSealedValue)
}
