/// How messages are coded.
package enum MessageCodec: Hashable, Sendable {
  case json
  case proto
}

/// How a call that is not gRPC's own lies on the wire: what its `content-type` says.
///
/// Sources: the Connect protocol reference (connectrpc.com/docs/protocol); grpc/grpc
/// `doc/PROTOCOL-WEB.md`.
package enum WireForm: Hashable, Sendable {
  /// Connect, one message each way: the message is the body.
  case connectUnary(MessageCodec)
  /// Connect, streams: messages in envelopes, then an envelope with the status as JSON.
  case connectStream(MessageCodec)
  /// gRPC-Web: gRPC's framing, then a frame with the trailers.
  case web(MessageCodec)
  /// The same in base64, for browsers that cannot read binary bodies while they arrive.
  case webText(MessageCodec)

  /// The form of a content type; nil for one that is none of these. Parameters are ignored.
  package init?(contentType: String) {
    let essence = contentType.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    guard let form = Self.forms[essence] else { return nil }
    self = form
  }

  private static let forms: [String: WireForm] = [
    "application/json": .connectUnary(.json),
    "application/proto": .connectUnary(.proto),
    "application/connect+json": .connectStream(.json),
    "application/connect+proto": .connectStream(.proto),
    "application/grpc-web": .web(.proto),
    "application/grpc-web+proto": .web(.proto),
    "application/grpc-web+json": .web(.json),
    "application/grpc-web-text": .webText(.proto),
    "application/grpc-web-text+proto": .webText(.proto),
    "application/grpc-web-text+json": .webText(.json),
  ]

  /// What the answer's `content-type` says.
  package var contentType: StaticString {
    switch self {
    case .connectUnary(.json): "application/json"
    case .connectUnary(.proto): "application/proto"
    case .connectStream(.json): "application/connect+json"
    case .connectStream(.proto): "application/connect+proto"
    case .web(.proto): "application/grpc-web+proto"
    case .web(.json): "application/grpc-web+json"
    case .webText(.proto): "application/grpc-web-text+proto"
    case .webText(.json): "application/grpc-web-text+json"
    }
  }

  /// How its messages are coded.
  package var codec: MessageCodec {
    switch self {
    case .connectUnary(let codec), .connectStream(let codec), .web(let codec), .webText(let codec):
      codec
    }
  }

  /// Whether the form is one of gRPC-Web's.
  package var isWeb: Bool {
    switch self {
    case .web, .webText: true
    case .connectUnary, .connectStream: false
    }
  }

  /// Whether a message is the whole body, without an envelope.
  package var isUnary: Bool {
    if case .connectUnary = self { true } else { false }
  }

  /// Whether the body is base64.
  package var isText: Bool {
    if case .webText = self { true } else { false }
  }
}
