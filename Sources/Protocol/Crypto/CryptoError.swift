internal import CPurSightOpenSSL

/// A failure of the Crypto room: what was wrong with which input, or what OpenSSL answered.
package struct CryptoError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure happened; callers decide on this and print `message`.
  package enum Code: Hashable, Sendable {
    /// Text or bytes do not have the expected form (base64, UUID, PEM, DER, SPIFFE ID …).
    case malformed
    /// A key, nonce or other argument has a length or a value that the algorithm does not take.
    case invalidArgument
    /// A signature, an authentication tag or an integrity check does not match: the bytes were
    /// changed or the key is another one.
    case authenticationFailed
    /// OpenSSL refused an operation that should work; the message carries its own words.
    case libraryFailure
  }

  /// The kind of failure.
  package let code: Code
  /// What happened, to which input, and what to do; holds no key material.
  package let message: String

  /// Makes an error of a kind with its explanation.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }

  /// An error that names the C function which failed and empties OpenSSL's error queue into it.
  static func library(_ function: String, _ code: Code = .libraryFailure) -> CryptoError {
    var reasons: [String] = []
    while reasons.count < maxReasons {
      let number = ERR_get_error()
      if number == 0 { break }
      var text = [CChar](repeating: 0, count: maxReasonBytes)
      unsafe ERR_error_string_n(number, &text, text.count)
      let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      reasons.append(String(decoding: bytes, as: UTF8.self))
    }
    ERR_clear_error()
    let reason = reasons.isEmpty ? "no reason given" : reasons.joined(separator: "; ")
    return CryptoError(code, "\(function) failed: \(reason)")
  }

  /// The most queued OpenSSL reasons that one message carries.
  private static let maxReasons = 4
  /// The longest single reason, in bytes; OpenSSL truncates to fit.
  private static let maxReasonBytes = 256
}
