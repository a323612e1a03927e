internal import CPurSightNGHTTP2

/// What ended an HTTP/2 session: a fatal result of the library.
///
/// Errors of the peer that the protocol knows an answer to (a GOAWAY, a reset stream) are not
/// thrown; the session answers them.
package struct HTTP2Error: Error, Equatable {
  /// The library's code, `NGHTTP2_ERR_…`.
  package let code: Int32
  /// The library's call and what it said.
  package let message: String

  init(_ call: String, _ code: Int32) {
    self.code = code
    let reason = unsafe nghttp2_strerror(code).map { unsafe String(cString: $0) }
    message = "\(call): \(reason ?? "error \(code)")"
  }
}

/// An HTTP/2 error code (RFC 9113 §7).
package struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let noError = HTTP2ErrorCode(rawValue: 0x0)
  package static let protocolError = HTTP2ErrorCode(rawValue: 0x1)
  package static let internalError = HTTP2ErrorCode(rawValue: 0x2)
  package static let flowControlError = HTTP2ErrorCode(rawValue: 0x3)
  package static let settingsTimeout = HTTP2ErrorCode(rawValue: 0x4)
  package static let streamClosed = HTTP2ErrorCode(rawValue: 0x5)
  package static let frameSizeError = HTTP2ErrorCode(rawValue: 0x6)
  package static let refusedStream = HTTP2ErrorCode(rawValue: 0x7)
  package static let cancel = HTTP2ErrorCode(rawValue: 0x8)
  package static let compressionError = HTTP2ErrorCode(rawValue: 0x9)
  package static let connectError = HTTP2ErrorCode(rawValue: 0xa)
  package static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 0xb)
  package static let inadequateSecurity = HTTP2ErrorCode(rawValue: 0xc)
  package static let http11Required = HTTP2ErrorCode(rawValue: 0xd)
}
