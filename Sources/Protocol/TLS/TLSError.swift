internal import CPurSightOpenSSL

/// What went wrong with certificates, keys or a TLS connection.
package struct TLSError: Error, Equatable {
  /// The kind of failure; stable for programs.
  package enum Code: Equatable, Sendable {
    /// A certificate, key or list could not be read or does not fit the others.
    case configuration
    /// The peers did not come to terms: versions, certificates, application protocol.
    case handshake
    /// An established connection broke a rule of TLS.
    case connection
  }

  package let code: Code
  /// What happened, with OpenSSL's own words where it has any.
  package let message: String

  package init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

  /// The failure of `call`; takes and empties the thread's OpenSSL error queue.
  static func openSSL(_ code: Code, _ call: String) -> TLSError {
    var reasons: [String] = []
    while true {
      let number = ERR_get_error()
      if number == 0 { break }
      if let text = unsafe ERR_reason_error_string(number) {
        reasons.append(unsafe String(cString: text))
      }
    }
    let detail = reasons.isEmpty ? "no reason given" : reasons.joined(separator: ", ")
    return TLSError(code, "\(call): \(detail)")
  }
}
