internal import CPurSightOpenSSL

/// Bytes from OpenSSL's cryptographic random generator.
package enum RandomBytes {
  /// The most bytes that one call answers.
  package static let maxBytes = 1 << 20

  /// Answers fresh random bytes that nobody can predict.
  ///
  /// Throws `invalidArgument` for a count outside 0 and `maxBytes`, `libraryFailure` when the
  /// operating system gives no entropy.
  package static func generate(_ count: Int) throws(CryptoError) -> [UInt8] {
    guard (0...maxBytes).contains(count) else {
      throw CryptoError(.invalidArgument, "Random bytes come by 0 to \(maxBytes), not \(count)")
    }
    var bytes = [UInt8](repeating: 0, count: count)
    guard unsafe RAND_bytes(&bytes, Int32(count)) == 1 else {
      throw CryptoError.library("RAND_bytes")
    }
    return bytes
  }
}
