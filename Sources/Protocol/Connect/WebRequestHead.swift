package import PurSightHTTP2

/// The header fields that a request of another protocol than gRPC's own is judged by.
package struct WebRequestHead: Sendable {
  /// `:method`.
  package private(set) var method = ""
  /// `:path` up to its question mark.
  package private(set) var path = ""
  /// What follows it.
  package private(set) var query = ""
  private(set) var contentType = ""
  private(set) var protocolVersion: String?
  private(set) var connectTimeout: String?
  private(set) var grpcTimeout: String?
  private(set) var contentEncoding: String?
  private(set) var connectEncoding: String?
  private(set) var grpcEncoding: String?
  private(set) var acceptEncoding = ""
  private(set) var connectAcceptEncoding = ""
  private(set) var grpcAcceptEncoding = ""

  /// Reads a header block; of a field that comes twice the last value counts.
  package init(_ fields: HeaderFields) {
    var fields = fields
    while let field = fields.next() {
      let name = unsafe String(decoding: field.name, as: UTF8.self)
      let value = unsafe String(decoding: field.value, as: UTF8.self)
      switch name {
      case ":method": method = value
      case ":path":
        let parts = value.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        query = parts.count == 2 ? String(parts[1]) : ""
      case "content-type": contentType = value
      case "connect-protocol-version": protocolVersion = value
      case "connect-timeout-ms": connectTimeout = value
      case "grpc-timeout": grpcTimeout = value
      case "content-encoding": contentEncoding = value
      case "connect-content-encoding": connectEncoding = value
      case "grpc-encoding": grpcEncoding = value
      case "accept-encoding": acceptEncoding = value
      case "connect-accept-encoding": connectAcceptEncoding = value
      case "grpc-accept-encoding": grpcAcceptEncoding = value
      default: break
      }
    }
  }

  /// How the request's messages may be compressed, in the field of its form.
  func encoding(_ form: WireForm) -> String? {
    switch form {
    case .connectUnary: contentEncoding
    case .connectStream: connectEncoding
    case .web, .webText: grpcEncoding
    }
  }

  /// Whether the caller takes gzip, by the field of its form.
  func acceptsGzip(_ form: WireForm) -> Bool {
    let list =
      switch form {
      case .connectUnary: acceptEncoding
      case .connectStream: connectAcceptEncoding
      case .web, .webText: grpcAcceptEncoding
      }
    // An encoding with a weight of zero is refused (RFC 9110 §12.5.3).
    return list.lowercased().split(separator: ",").contains { element in
      let parts = element.split(separator: ";").map { $0.filter { $0 != " " } }
      return parts.first == "gzip"
        && !parts.dropFirst().contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains($0) }
    }
  }
}
