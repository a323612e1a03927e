package import PurSightHTTP2
package import PurSightRPC

/// What gRPC has to know of a request's header block, found in one pass without making a String.
@safe package struct GRPCRequestHead {
  /// What kind of request it is.
  package enum Kind: Sendable {
    /// A gRPC call.
    case call
    /// Something else, perhaps of another protocol.
    case other
  }

  /// `:path`; borrowed like the header block.
  package private(set) var path = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  /// `content-type` says gRPC.
  package private(set) var kind = Kind.other
  /// `:method` is POST.
  package private(set) var isPost = false
  /// `te: trailers` is there; a proxy that drops it drops the status too.
  package private(set) var acceptsTrailers = false
  /// `grpc-timeout` in nanoseconds, nil without one.
  package private(set) var timeout: UInt64?
  /// `grpc-encoding` of the messages to come; nil if it is not supported.
  package private(set) var encoding: MessageEncoding? = .identity
  /// Whether the caller takes gzip.
  package private(set) var acceptsGzip = false
  /// `grpc-timeout` was there and malformed.
  private var isTimeoutMalformed = false

  @inline(__always) package init(_ fields: HeaderFields) {
    var fields = fields
    while let field = fields.next() { unsafe read(field.name, field.value) }
  }

  @inline(__always) private mutating func read(
    _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) {
    switch name.count {
    case 2:
      if unsafe name.equals("te") { acceptsTrailers = unsafe value.equals("trailers") }
    case 5:
      if unsafe name.equals(":path") { unsafe path = unsafe value }
    case 7:
      if unsafe name.equals(":method") { isPost = unsafe value.equals("POST") }
    case 12:
      if unsafe name.equals("content-type") {
        kind = unsafe Self.isGRPC(value) ? .call : .other
      } else if unsafe name.equals("grpc-timeout") {
        timeout = unsafe GRPCTimeout.nanoseconds(value)
        isTimeoutMalformed = timeout == nil
      }
    case 13:
      if unsafe name.equals("grpc-encoding") { encoding = unsafe MessageEncoding(value) }
    case 20:
      if unsafe name.equals("grpc-accept-encoding") {
        acceptsGzip = unsafe MessageEncoding.listHasGzip(value)
      }
    default:
      break
    }
  }

  /// `application/grpc`, `application/grpc+proto`, either with `;…` behind it.
  @inline(__always) private static func isGRPC(_ value: UnsafeRawBufferPointer) -> Bool {
    let prefix: StaticString = "application/grpc"
    guard unsafe value.starts(with: prefix) else { return false }
    if value.count == prefix.utf8CodeUnitCount { return true }
    return unsafe namesProto(UnsafeRawBufferPointer(rebasing: value[prefix.utf8CodeUnitCount...]))
  }

  /// Whether what follows `application/grpc` leaves the messages to be protobuf.
  private static func namesProto(_ rest: UnsafeRawBufferPointer) -> Bool {
    if unsafe rest.first == UInt8(ascii: ";") || rest.equals("+proto") { return true }
    return unsafe rest.starts(with: "+proto;")
  }

  /// Why a gRPC call cannot be answered by a handler; nil if it can.
  @inline(__always) package var refusal: RPCError? {
    if acceptsTrailers && encoding != nil && !isTimeoutMalformed { return nil }
    return explainRefusal()
  }

  @inline(never) private func explainRefusal() -> RPCError {
    if !acceptsTrailers {
      return RPCError(
        .internal, "The request has no \"te: trailers\"; a proxy on the way drops trailers.")
    }
    if encoding == nil {
      var trailers = Metadata()
      trailers.add("grpc-accept-encoding", "\(MessageEncoding.accepted)")
      return RPCError(
        .unimplemented, "The request's grpc-encoding is not supported; use identity or gzip.",
        trailers: trailers)
    }
    return RPCError(
      .internal, "grpc-timeout is malformed; it is 1 to 8 digits and one of H M S m u n.")
  }

  /// Whether it is a call by gRPC over HTTP/2; anything else is judged elsewhere.
  @inline(__always) package var isCall: Bool { kind == .call && isPost }
}
