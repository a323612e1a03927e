package import PurSightHTTP2
package import PurSightRPC

/// What a client has to know of a response's first header block.
package struct GRPCResponseHead: Sendable {
  /// `:status`; 0 if it is missing.
  package private(set) var httpStatus = 0
  /// Whether `content-type` says gRPC.
  package private(set) var isGRPC = false
  /// `grpc-encoding` of the messages to come; nil if it is not supported.
  package private(set) var encoding: MessageEncoding? = .identity
  /// The status, when the block is the only one (trailers-only).
  package private(set) var hasStatus = false

  package init(_ fields: HeaderFields) {
    var fields = fields
    while let field = fields.next() {
      switch unsafe field.name.count {
      case 7 where unsafe field.name.equals(":status"):
        httpStatus = unsafe Int(String(decoding: field.value, as: UTF8.self)) ?? 0
      case 11 where unsafe field.name.equals("grpc-status"):
        hasStatus = true
      case 12 where unsafe field.name.equals("content-type"):
        isGRPC = unsafe field.value.starts(with: "application/grpc")
      case 13 where unsafe field.name.equals("grpc-encoding"):
        encoding = unsafe MessageEncoding(field.value)
      default:
        break
      }
    }
  }

  /// Why the response is none that a call can go on with; nil if it is.
  package var failure: RPCError? {
    if httpStatus != 200 && !hasStatus {
      return RPCError(
        StatusMapping.code(httpStatus: httpStatus),
        "The server answered with HTTP status \(httpStatus) and no gRPC status.")
    }
    if !isGRPC && !hasStatus {
      return RPCError(.unknown, "The server's answer is not gRPC: its content-type is another.")
    }
    if encoding == nil {
      return RPCError(.internal, "The server compresses in a way that was not offered.")
    }
    return nil
  }
}
