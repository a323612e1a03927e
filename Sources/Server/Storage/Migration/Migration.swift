package import PurSightCrypto

/// One numbered step of the database's shape. Forward only: once released, its text never changes.
package struct Migration: Sendable {
  /// 1, 2, 3, … without gaps.
  package let number: Int32
  package let name: String
  /// Its statements; they run in one transaction.
  package let script: String
  /// SHA-256 of the script; the database remembers it.
  package let digest: SHA256Digest

  init(_ number: Int32, _ name: String, _ script: [UInt8]) {
    self.number = number
    self.name = name
    self.script = String(decoding: script, as: UTF8.self)
    digest = SHA256.hash(script)
  }

  /// All of this build, in order. A test compares it with the folder `Migrations`.
  package static let all = [
    Migration(1, "foundation", PackageResources.m0001_foundation_sql)
  ]
}

/// A migration as the database remembers it.
package struct AppliedMigration: Hashable, Sendable {
  package let number: Int32
  package let name: String
  package let digest: SHA256Digest
  /// Microseconds since 1970-01-01T00:00:00Z.
  package let time: Int64

  package init(number: Int32, name: String, digest: SHA256Digest, time: Int64) {
    self.number = number
    self.name = name
    self.digest = digest
    self.time = time
  }
}
