internal import PurSightConnect
internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC

extension TransportCall: ServerCall {
  var method: MethodInfo { connection.routes.methods[route] }

  var peer: Peer { connection.peer }

  var deadline: Deadline? {
    if deadlineAt == 0 { return nil }
    let left = Int64(clamping: deadlineAt) - Int64(clamping: monotonicNanoseconds())
    return .after(.nanoseconds(left))
  }

  var requestMetadata: Metadata { MetadataCoding.decode(unsafe HeaderFields(stream.headers.bytes)) }

  func requestValue(_ name: StaticString) -> String? {
    MetadataCoding.value(name, in: unsafe HeaderFields(stream.headers.bytes))
  }

  var initialMetadata: Metadata {
    get { sentMetadata ?? Metadata() }
    set { sentMetadata = newValue.isEmpty ? nil : newValue }
  }

  var trailers: Metadata {
    get { sentTrailers ?? Metadata() }
    set { sentTrailers = newValue.isEmpty ? nil : newValue }
  }

  subscript(attachment key: ObjectIdentifier) -> (any Sendable)? {
    get { attachments.first { $0.key == key }?.value }
    set {
      // Two or three in all: a list is quicker than a table.
      attachments.removeAll { $0.key == key }
      if let newValue { attachments.append((key, newValue)) }
    }
  }

  var lastMessageWasCompressed: Bool {
    exchange?.hasCompressedBody == true || inbox.lastWasCompressed
  }

  var compressesMessages: Bool {
    get { compresses }
    set {
      // Once the head is out, only a call that announced a compression may use it.
      guard acceptsGzip, answer == .none || announcesGzip else { return }
      compresses = newValue
      changesMessages = newValue || exchange != nil
      if newValue { (announcesGzip, hasOwnHead) = (true, true) }
    }
  }

  func readyMessage() throws(RPCError) -> UnsafeRawBufferPointer? {
    if answer == .ended, let endReason { throw endReason }
    guard let message = unsafe try inbox.take() else { return nil }
    received &+= 1
    // Taking it makes room for as much again. A whole request was given back when it arrived.
    if stream.unconsumed > 0 {
      withConnection { $0.consume(self, min(stream.unconsumed, inbox.readyBytes)) }
    }
    if let exchange, exchange.decodesMessages { return unsafe try exchange.decode(message) }
    return unsafe message
  }

  func nextMessage() async throws(RPCError) -> UnsafeRawBufferPointer? {
    while true {
      if let message = unsafe try readyMessage() { return unsafe message }
      if stream.isInboundEnded {
        if inbox.isDrained { return nil }
        throw RPCError(.internal, "The request stream ended in the middle of a message.")
      }
      // The rest of a message may be larger than the window: while somebody waits for it, every
      // byte is given back as it arrives. What that can hold is bounded by the message limit.
      connection.consume(self, stream.unconsumed)
      unsafe await withUnsafeContinuation { reader = unsafe $0 }
    }
  }

  func reserveMessage(_ count: Int) -> UnsafeMutableRawPointer { unsafe reserve(count) }

  func postMessage() throws(RPCError) -> Bool {
    // A message to be compressed, or that nobody wants, takes the long way.
    let limit = home.configuration.limits.outboundHighWaterBytes
    guard !usesScratch, answer != .ended, stream.outbound.count <= limit else { return false }
    reserved = 0
    sent &+= 1
    // While the library has the stream in hand, the flush at the end of the tick is on its way.
    if answer == .none || stream.isDeferred { push() }
    return true
  }

  func sendMessage() async throws(RPCError) {
    commit()
    if answer == .ended { throw endReason ?? RPCError(.cancelled, "The call has ended.") }
    push()
    while stream.outbound.count > (home.configuration.limits.outboundHighWaterBytes) {
      stream.awaitsDrain = true
      unsafe await withUnsafeContinuation { writer = unsafe $0 }
      if let endReason { throw endReason }
    }
  }

  func replyMessage() { commit() }
}
