/// Who does something, and by which call: what an audit event says of it.
package struct Actor: Hashable, Sendable {
  /// `spiffe://…` of a verified certificate, or `system:…` of the server itself.
  package let principal: String
  /// The peer's address; personal, stored as ciphertext only.
  package let peerAddress: String
  /// The full method name, such as `pursight.v1.CatalogService/CreateAsset`.
  package let method: String
  /// The caller's `x-request-id`, or one that the server made.
  package let requestID: String
  /// The caller's `x-pursight-purpose`; empty: not said.
  package let purpose: String

  package init(
    principal: String, peerAddress: String, method: String, requestID: String,
    purpose: String = ""
  ) {
    self.principal = principal
    self.peerAddress = peerAddress
    self.method = method
    self.requestID = requestID
    self.purpose = purpose
  }

  /// The server itself, at work on its own account: `system:sequencer`, `system:recovery`.
  package static func system(_ part: String) -> Actor {
    Actor(principal: "system:" + part, peerAddress: "", method: part, requestID: "")
  }
}
