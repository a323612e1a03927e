package import PurSightGRPC
internal import PurSightHTTP2
package import PurSightRPC

/// One call of another protocol than gRPC's own: its bytes on their way to messages and back.
///
/// Pure: bytes in, bytes out. What comes in goes into the call's `MessageInbox`, framed as gRPC
/// frames it, so that from there on all protocols are one. Single-owner.
@safe package final class Exchange {
  /// How the call lies on the wire.
  package let form: WireForm
  /// Nil for a call that no method answers.
  let method: MethodInfo?
  let json: (any MethodJSON)?
  /// The longest message that is taken, in bytes.
  package let maxMessageBytes: Int
  /// How the request's messages are compressed.
  package private(set) var encoding = MessageEncoding.identity
  /// The body of a unary request.
  private var body = ByteBuffer()
  private var hasQueryMessage = false
  private var text = Base64Stream()
  /// The message that `decode` has lent.
  private var decoded = ByteBuffer()
  /// Why no further message can be sent.
  var failure: RPCError?
  /// The body of a unary answer is compressed.
  var isBodyCompressed = false

  init(
    _ form: WireForm, _ method: MethodInfo?, json: (any MethodJSON)?, maxMessageBytes: Int
  ) {
    self.form = form
    self.method = method
    self.json = json
    self.maxMessageBytes = maxMessageBytes
  }

  /// Whether messages in the inbox still have to be decoded: who takes them pays for their JSON,
  /// after the interceptors.
  package var decodesMessages: Bool { form.codec == .json }

  /// Whether the body of a unary request came compressed.
  package var hasCompressedBody: Bool { form.isUnary && encoding == .gzip }

  /// Takes a name for how messages are compressed; false for one that is not supported.
  func setEncoding(_ name: String) -> Bool {
    switch name {
    case "identity", "": encoding = .identity
    case "gzip": encoding = .gzip
    default: return false
    }
    return true
  }

  /// Takes the message of a GET request; its body counts for nothing.
  func takeQueryMessage(_ message: [UInt8]) {
    hasQueryMessage = true
    body.append(message)
  }

  // MARK: The request

  /// Takes bytes of the request's body.
  /// - Throws: `RESOURCE_EXHAUSTED` for a body over the limit, `INVALID_ARGUMENT` for what is no
  ///   base64.
  package func receive(
    _ bytes: UnsafeRawBufferPointer, into inbox: inout MessageInbox
  ) throws(RPCError) {
    switch form {
    case .connectUnary:
      if hasQueryMessage { return }
      guard body.count + bytes.count <= maxMessageBytes else {
        throw RPCError(
          .resourceExhausted, "The request's body is larger than \(maxMessageBytes) bytes.")
      }
      unsafe body.append(bytes)
    case .connectStream, .web:
      unsafe inbox.append(bytes)
    case .webText:
      let content = try unsafe text.decode(bytes)
      unsafe content.withUnsafeBytes { unsafe inbox.append($0) }
    }
  }

  /// Takes the end of the request's body.
  /// - Throws: as `receive`.
  package func finishRequest(into inbox: inout MessageInbox) throws(RPCError) {
    switch form {
    case .connectUnary: break
    case .webText: return try text.finish()
    case .connectStream, .web: return
    }
    var message = body.array
    body.release()
    if encoding == .gzip && !message.isEmpty {
      message = try Self.decompress(message, limit: maxMessageBytes)
    }
    var framed = ByteBuffer()
    let prefix = unsafe framed.extend(MessageFraming.prefixBytes)
    unsafe MessageFraming.putPrefix(prefix, length: message.count)
    framed.append(message)
    unsafe inbox.append(framed.bytes)
  }

  /// The encoded message of one in JSON; lent until the next one.
  /// - Throws: `INVALID_ARGUMENT` that names the field for JSON that is not right.
  package func decode(_ message: UnsafeRawBufferPointer) throws(RPCError) -> UnsafeRawBufferPointer
  {
    decoded.removeAll()
    decoded.append(try request(unsafe Array(message)))
    return unsafe decoded.bytes
  }

  private func request(_ text: [UInt8]) throws(RPCError) -> [UInt8] {
    guard let json, let method else { return text }
    guard !text.isEmpty else {
      throw RPCError(.invalidArgument, "The request is empty; the least that JSON takes is {}.")
    }
    return try json.request(text, of: method)
  }

  private static func decompress(_ bytes: [UInt8], limit: Int) throws(RPCError) -> [UInt8] {
    do throws(RPCError) {
      return try MessageEncoding.decompress(bytes, limit: limit)
    } catch {
      // Here the caller's body is wrong, not a message inside of it.
      throw error.code == .internal ? RPCError(.invalidArgument, error.message) : error
    }
  }
}
