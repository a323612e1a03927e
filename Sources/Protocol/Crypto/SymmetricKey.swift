internal import CPurSightOpenSSL

/// A secret AES key of 128, 192 or 256 bits, erased from memory when the last owner lets go.
@safe package final class SymmetricKey: @unchecked Sendable {
  // @unchecked: the memory is written in init and deinit only.
  private let memory: UnsafeMutableBufferPointer<UInt8>

  /// Takes 16, 24 or 32 bytes; the caller's copy stays the caller's to forget.
  ///
  /// Throws `invalidArgument` for another length.
  package init(bytes: [UInt8]) throws(CryptoError) {
    guard [16, 24, 32].contains(bytes.count) else {
      throw CryptoError(.invalidArgument, "An AES key has 16, 24 or 32 bytes, not \(bytes.count)")
    }
    unsafe memory = .allocate(capacity: bytes.count)
    _ = unsafe memory.initialize(from: bytes)
  }

  deinit {
    unsafe OPENSSL_cleanse(memory.baseAddress, memory.count)
    unsafe memory.deallocate()
  }

  /// Makes a random key of 256 bits.
  package static func generate() throws(CryptoError) -> SymmetricKey {
    try SymmetricKey(bytes: RandomBytes.generate(32))
  }

  /// The length in bytes: 16, 24 or 32.
  package var byteCount: Int { unsafe memory.count }

  /// A copy of the key for its store, which must be a wrapped or otherwise protected one.
  package var bytes: [UInt8] { unsafe Array(memory) }
}
