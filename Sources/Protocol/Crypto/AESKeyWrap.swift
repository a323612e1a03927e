/// AES key wrap (RFC 3394): a data key kept under a key-encryption key.
package enum AESKeyWrap {
  /// Wraps a key; the answer is eight bytes longer.
  package static func wrap(
    _ key: SymmetricKey, with wrappingKey: SymmetricKey
  ) throws(CryptoError) -> [UInt8] {
    let context = try CipherContext()
    try context.startKeyWrap(key: wrappingKey, encrypts: true)
    guard let wrapped = context.update(key.bytes) else {
      throw CryptoError.library("EVP_EncryptUpdate")
    }
    return wrapped
  }

  /// Unwraps a key.
  ///
  /// Throws `invalidArgument` when no AES key has this wrapped length, `authenticationFailed` when
  /// the bytes were changed or wrapped with another key.
  package static func unwrap(
    _ wrapped: [UInt8], with wrappingKey: SymmetricKey
  ) throws(CryptoError) -> SymmetricKey {
    guard [24, 32, 40].contains(wrapped.count) else {
      throw CryptoError(
        .invalidArgument, "A wrapped AES key has 24, 32 or 40 bytes, not \(wrapped.count)")
    }
    let context = try CipherContext()
    try context.startKeyWrap(key: wrappingKey, encrypts: false)
    guard let bytes = context.update(wrapped), bytes.count == wrapped.count - 8 else {
      throw CryptoError(
        .authenticationFailed, "The wrapped key was changed or belongs to another wrapping key")
    }
    return try SymmetricKey(bytes: bytes)
  }
}
