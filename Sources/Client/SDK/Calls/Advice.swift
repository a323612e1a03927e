internal import PurSightAPI
internal import PurSightRPC

/// What to do about an error, where its message does not say so itself.
enum Advice {
  static func sentence(_ error: RPCError, _ info: ErrorInfo?) -> String? {
    if let help = error.detail(Help.self)?.links.first { return "See \(help.url)." }
    switch error.code {
    case .unauthenticated:
      return "Show a certificate that the server knows: PURSIGHT_TLS_CERT and PURSIGHT_TLS_KEY, "
        + "or a context that names them."
    case .permissionDenied:
      guard info?.metadata["permission"] != nil else { return nil }
      return "An administrator can grant a role that has it: pursightctl role grant ROLE "
        + "\(info?.metadata["principal"] ?? "PRINCIPAL")."
    case .aborted:
      // A fenced writer is told by the server; whoever repeats it would only fence the other one.
      return info?.reason == "WRITER_FENCED" ? nil : "Read it again and repeat the change."
    case .deadlineExceeded: return "Try again, or allow more time."
    case .resourceExhausted, .unavailable:
      return error.retryDelay.map { "Try again in \($0)." }
    case .unimplemented:
      return "The server may be older than this client: compare their versions."
    case .internal, .unknown, .dataLoss:
      return error.trailers["x-request-id"] == nil
        ? nil : "Look the request up in the server's log, or report it."
    default: return nil
    }
  }
}
