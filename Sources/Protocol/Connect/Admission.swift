internal import PurSightGRPC
package import PurSightRPC

/// What becomes of a request of another protocol than gRPC's own.
package enum Admission {
  /// It is no call: answered as HTTP.
  case answer(HTTPAnswer)
  /// It is a call that no handler sees, and its caller is told why.
  case refuse(Exchange, RPCError)
  /// It is a call.
  case accept(Call)

  /// A call, and what its head says beside its form.
  package struct Call {
    /// The call's way in and out.
    package let exchange: Exchange
    /// Nanoseconds; nil without one.
    package let timeout: UInt64?
    /// Whether the caller takes compressed messages.
    package let acceptsGzip: Bool
  }

  /// How long a message may be, in bytes.
  package struct Limits: Sendable {
    let proto: Int
    let json: Int

    /// - Parameters:
    ///   - maxMessageBytes: of any message.
    ///   - maxJSONBytes: of one in JSON, which costs more to read.
    package init(maxMessageBytes: Int, maxJSONBytes: Int) {
      proto = maxMessageBytes
      json = min(maxMessageBytes, maxJSONBytes)
    }

    func bytes(_ form: WireForm) -> Int { form.codec == .json ? json : proto }
  }

  /// Judges a request.
  ///
  /// - Parameters:
  ///   - method: whose path it has; nil for none.
  ///   - json: how messages read as JSON; nil: they do not.
  ///   - limits: how long a message may be.
  package static func decide(
    _ head: WebRequestHead, _ method: MethodInfo?, json: (any MethodJSON)?, limits: Limits
  ) -> Admission {
    let (isHead, form) = (head.method == "HEAD", WireForm(contentType: head.contentType))
    guard let method else {
      guard head.method == "POST", let form, form.isWeb else {
        return .answer(.unknownPath(isHead: isHead))
      }
      // gRPC-Web tells an unknown method as gRPC does.
      let name = head.path.prefix(256)
      return .refuse(
        Exchange(form, nil, json: nil, maxMessageBytes: limits.bytes(form)),
        RPCError(.unimplemented, "This server has no method \(name)."))
    }
    let methodJSON = json?.covers(method) == true ? json : nil
    let mayGet = method.idempotency == .noSideEffects && method.kind == .unary
    if head.method == "GET" && mayGet {
      return get(head, method, json: methodJSON, limits: limits)
    }
    guard head.method == "POST" else {
      return .answer(.wrongMethod(mayGet ? .getAndPost : .post, isHead: isHead))
    }
    guard let form, form.isWeb || form.isUnary == (method.kind == .unary),
      form.codec == .proto || methodJSON != nil
    else { return .answer(.wrongContentType(contentTypes(method, hasJSON: methodJSON != nil))) }
    let exchange = Exchange(
      form, method, json: methodJSON, maxMessageBytes: limits.bytes(form))
    return accept(head, exchange)
  }

  /// A call whose head is checked against its form.
  private static func accept(_ head: WebRequestHead, _ exchange: Exchange) -> Admission {
    let form = exchange.form
    if let version = head.protocolVersion, !form.isWeb, version != "1" {
      return .refuse(
        exchange,
        RPCError(.invalidArgument, "connect-protocol-version is \(version); only 1 is known."))
    }
    if let name = head.encoding(form), !exchange.setEncoding(name) {
      return .refuse(
        exchange,
        RPCError(
          .unimplemented, "The request's encoding \(name) is not supported; use identity or gzip."))
    }
    let text = form.isWeb ? head.grpcTimeout : head.connectTimeout
    let timeout = text.flatMap { form.isWeb ? grpcTimeout($0) : milliseconds($0) }
    if text != nil && timeout == nil {
      return .refuse(
        exchange,
        form.isWeb
          ? RPCError(
            .internal, "grpc-timeout is malformed; it is 1 to 8 digits and one of H M S m u n.")
          : RPCError(
            .invalidArgument, "connect-timeout-ms is malformed; it is 1 to 10 digits."))
    }
    return .accept(
      Call(exchange: exchange, timeout: timeout, acceptsGzip: head.acceptsGzip(form)))
  }

  /// A call whose message stands in the query (Connect, "Unary-Get-Request").
  private static func get(
    _ head: WebRequestHead, _ method: MethodInfo, json: (any MethodJSON)?, limits: Limits
  ) -> Admission {
    let query = ConnectQuery(head.query)
    let codec: MessageCodec
    switch query["encoding"] {
    case "json" where json != nil: codec = .json
    case "proto": codec = .proto
    case nil:
      return .answer(.wrongMethod(.getAndPost, isHead: false))
    default:
      return .answer(.wrongContentType(contentTypes(method, hasJSON: json != nil)))
    }
    let form = WireForm.connectUnary(codec)
    let exchange = Exchange(form, method, json: json, maxMessageBytes: limits.bytes(form))
    if let version = query["connect"], version != "v1" {
      return .refuse(
        exchange, RPCError(.invalidArgument, "connect is \(version); only v1 is known."))
    }
    guard let message = query.message else {
      return .refuse(
        exchange,
        RPCError(
          .invalidArgument,
          "The query has no message, or one that is not what base64 says. Add &message=…."))
    }
    if let name = query["compression"], !exchange.setEncoding(name) {
      return .refuse(
        exchange,
        RPCError(.unimplemented, "The compression \(name) is not supported; use identity or gzip."))
    }
    exchange.takeQueryMessage(message)
    return accept(head, exchange)
  }

  /// What `accept-post` says of a method.
  private static func contentTypes(_ method: MethodInfo, hasJSON: Bool) -> String {
    let connect =
      method.kind == .unary
      ? (json: "application/json", proto: "application/proto")
      : (json: "application/connect+json", proto: "application/connect+proto")
    return
      ((hasJSON ? [connect.json] : []) + [
        connect.proto, "application/grpc", "application/grpc-web", "application/grpc-web-text",
      ]).joined(separator: ", ")
  }

  private static func grpcTimeout(_ text: String) -> UInt64? {
    unsafe Array(text.utf8).withUnsafeBytes { unsafe GRPCTimeout.nanoseconds($0) }
  }

  /// The value of `connect-timeout-ms` in nanoseconds: at most ten digits.
  private static func milliseconds(_ text: String) -> UInt64? {
    guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return UInt64(text).map { $0 * 1_000_000 }
  }
}
