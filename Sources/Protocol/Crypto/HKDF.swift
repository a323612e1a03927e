/// HKDF with SHA-256 (RFC 5869): keys for several purposes from one secret.
package enum HKDF {
  /// The longest output, in bytes (RFC 5869 §2.3: 255 blocks).
  package static let maxOutputBytes = 255 * SHA256Digest.byteCount

  /// Derives key bytes from a secret, bound to `info`.
  ///
  /// Throws `invalidArgument` when `count` is not within 1 and `maxOutputBytes`.
  package static func derive(
    from secret: [UInt8], salt: [UInt8], info: [UInt8], count: Int
  ) throws(CryptoError) -> [UInt8] {
    guard (1...maxOutputBytes).contains(count) else {
      throw CryptoError(
        .invalidArgument, "HKDF derives 1 to \(maxOutputBytes) bytes, not \(count)")
    }
    let extracted = try HMACSHA256.authenticationCode(for: secret, key: salt).bytes
    var output: [UInt8] = []
    var block: [UInt8] = []
    var counter: UInt8 = 0
    while output.count < count {
      counter += 1  // at most 255, by the guard above
      block = try HMACSHA256.authenticationCode(
        for: block + info + [counter], key: extracted
      ).bytes
      output += block
    }
    return Array(output.prefix(count))
  }
}
