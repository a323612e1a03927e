package import PurSightHTTP2
package import PurSightRPC

/// What a client makes of answers that carry no gRPC status.
package enum StatusMapping {
  /// The status of an HTTP status code that came without `grpc-status`.
  ///
  /// Source: grpc/grpc `doc/http-grpc-status-mapping.md`.
  package static func code(httpStatus: Int) -> RPCCode {
    switch httpStatus {
    case 400: .internal
    case 401: .unauthenticated
    case 403: .permissionDenied
    case 404: .unimplemented
    case 429, 502, 503, 504: .unavailable
    default: .unknown
    }
  }

  /// The status of a stream that was reset. Source: gRPC over HTTP/2, "Errors".
  package static func code(reset: HTTP2ErrorCode) -> RPCCode {
    switch reset {
    case .refusedStream: .unavailable
    case .cancel: .cancelled
    case .enhanceYourCalm: .resourceExhausted
    case .inadequateSecurity: .permissionDenied
    default: .internal
    }
  }
}
