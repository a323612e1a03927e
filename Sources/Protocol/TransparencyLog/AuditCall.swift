/// Which method was called, under which identities.
package struct AuditCall: Hashable, Sendable {
  /// The service, such as `pursight.v1.CatalogService`.
  package var service: String
  /// The method, such as `UpdateAsset`.
  package var method: String
  /// The caller's request id; empty when none.
  package var requestID: String
  /// The W3C traceparent; empty when none.
  package var traceParent: String

  /// Names a call.
  package init(service: String, method: String, requestID: String = "", traceParent: String = "") {
    self.service = service
    self.method = method
    self.requestID = requestID
    self.traceParent = traceParent
  }
}
