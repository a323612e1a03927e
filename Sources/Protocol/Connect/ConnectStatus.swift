internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightJSON
internal import PurSightRPC

/// How Connect says how a call ended.
///
/// Source: the Connect protocol reference, "Error codes", "Error end-stream".
enum ConnectStatus {
  /// The name of a code.
  static func name(_ code: RPCCode) -> String {
    // The one that is spelled otherwise than in gRPC.
    code == .cancelled ? "canceled" : names.contains(code) ? code.name.lowercased() : "unknown"
  }

  /// The HTTP status of a unary call that ended with a code.
  static func httpStatus(_ code: RPCCode) -> Int {
    switch code {
    case .cancelled: 499
    case .invalidArgument, .failedPrecondition, .outOfRange: 400
    case .deadlineExceeded: 504
    case .notFound: 404
    case .alreadyExists, .aborted: 409
    case .permissionDenied: 403
    case .resourceExhausted: 429
    case .unimplemented: 501
    case .unavailable: 503
    case .unauthenticated: 401
    default: 500
    }
  }

  private static let names: Set<RPCCode> = [
    .cancelled, .unknown, .invalidArgument, .deadlineExceeded, .notFound, .alreadyExists,
    .permissionDenied, .resourceExhausted, .failedPrecondition, .aborted, .outOfRange,
    .unimplemented, .internal, .unavailable, .dataLoss, .unauthenticated,
  ]

  /// An error as the body of a unary answer.
  static func body(_ error: RPCError, _ json: (any MethodJSON)?) -> [UInt8] {
    var writer = JSONWriter()
    write(error, json, &writer)
    return writer.bytes
  }

  /// The content of the envelope that ends a stream.
  static func endOfStream(
    _ error: RPCError?, _ trailers: Metadata, _ json: (any MethodJSON)?
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    if let error {
      writer.key("error")
      write(error, json, &writer)
    }
    let list = HeaderList()
    MetadataCoding.append(trailers, to: list)
    if !list.isEmpty {
      writer.key("metadata")
      writer.beginObject()
      var seen: Set<String> = []
      for field in list.fields where seen.insert(field.name).inserted {
        writer.key(field.name)
        writer.beginArray()
        for other in list.fields where other.name == field.name { writer.string(other.value) }
        writer.endArray()
      }
      writer.endObject()
    }
    writer.endObject()
    return writer.bytes
  }

  private static func write(
    _ error: RPCError, _ json: (any MethodJSON)?, _ writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.key("code")
    writer.string(name(error.code))
    if !error.message.isEmpty {
      writer.key("message")
      writer.string(error.message)
    }
    if !error.details.isEmpty {
      writer.key("details")
      writer.beginArray()
      for detail in error.details { write(detail, json, &writer) }
      writer.endArray()
    }
    writer.endObject()
  }

  private static func write(
    _ detail: RPCError.Detail, _ json: (any MethodJSON)?, _ writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.key("type")
    writer.string(detail.typeName)
    writer.key("value")
    writer.string(BinaryValue.encode(detail.value))
    if let text = json?.detail(detail), let value = try? JSONValue(parsing: text) {
      writer.key("debug")
      writer.value(value)
    }
    writer.endObject()
  }
}
