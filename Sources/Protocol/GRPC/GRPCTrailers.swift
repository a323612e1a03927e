package import PurSightHTTP2
package import PurSightRPC

/// How a call ended, from the block that carries `grpc-status`.
package struct GRPCTrailers: Sendable {
  /// Nil when the call went well.
  package let error: RPCError?
  /// Custom metadata beside the status.
  package let metadata: Metadata

  package init(_ fields: HeaderFields) {
    var (code, message): (Int32?, String) = (nil, "")
    var details: [RPCError.Detail] = []
    var rest = fields
    while let field = rest.next() {
      if unsafe field.name.equals("grpc-status") {
        code = unsafe Int32(String(decoding: field.value, as: UTF8.self))
      } else if unsafe field.name.equals("grpc-message") {
        message = unsafe PercentCoding.decode(field.value)
      } else if unsafe field.name.equals("grpc-status-details-bin") {
        details = unsafe StatusDetails.decode(BinaryValue.decode(field.value[...]) ?? [])
      }
    }
    metadata = MetadataCoding.decode(fields)
    switch code {
    case 0: error = nil
    case let code?:
      error = RPCError(
        RPCCode(rawValue: code), message, details: details, trailers: metadata)
    case nil:
      error = RPCError(.unknown, "The call ended without a gRPC status.", trailers: metadata)
    }
  }
}
