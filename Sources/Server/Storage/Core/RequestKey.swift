internal import PurSightCrypto

/// By what a repeated request is known again (AIP-155), and the answer it gets.
package struct RequestKey: Hashable, Sendable {
  /// How long an answer is given again, in microseconds: 24 hours.
  package static let answerLifetime: Int64 = 24 * 3600 * 1_000_000

  /// The caller's `request_id`: a UUID in its 36-character form.
  package let id: String
  /// The full method name.
  package let method: String
  /// SHA-256 of the request: under one id there can be only one request.
  package let fingerprint: [UInt8]
  /// The encoded answer; known before the flush, and committed with it.
  package var answer: [UInt8]

  /// - Parameter request: The encoded request, as the service sees it.
  package init(id: String, method: String, request: [UInt8], answer: [UInt8] = []) {
    self.id = id
    self.method = method
    self.fingerprint = SHA256.hash(request).bytes
    self.answer = answer
  }
}
