internal import PurSightCrypto

/// The secrets of one deployment that Storage needs; they live outside of the database.
package struct StorageKeys: Sendable {
  /// Bytes of the key encryption key: AES-256.
  package static let keyBytes = 32

  /// Wraps the data keys of subjects. Lost: personal fields cannot be read any more.
  let keyEncryptionKey: SymmetricKey

  /// - Throws: `invalid` when there are not exactly 32 bytes.
  package init(keyEncryptionKey bytes: [UInt8]) throws(StorageError) {
    guard bytes.count == Self.keyBytes else {
      throw StorageError(
        .invalid,
        "The key encryption key has \(bytes.count) bytes; it needs exactly \(Self.keyBytes).")
    }
    keyEncryptionKey = try SymmetricKey(storing: bytes)
  }

  /// A key of its own for another purpose, the same on every server of the deployment.
  /// - Parameter purpose: A name such as `page token`.
  package func derivedKey(for purpose: String) throws(StorageError) -> [UInt8] {
    do {
      return try HKDF.derive(
        from: keyEncryptionKey.bytes, salt: Array("pursight".utf8), info: Array(purpose.utf8),
        count: Self.keyBytes)
    } catch {
      throw StorageError(.internal, "No key could be derived for \(purpose): \(error.message)")
    }
  }
}

extension SymmetricKey {
  /// A key of bytes that were checked or generated here.
  convenience init(storing bytes: [UInt8]) throws(StorageError) {
    do { try self.init(bytes: bytes) } catch {
      throw StorageError(.corrupt, "A stored key cannot be used: \(error.message)")
    }
  }
}
