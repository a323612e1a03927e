package import PurSightRPC

/// A call without a transport: its messages are given, its answers kept. Single-owner, as the
/// protocol says.
@safe package final class RecordedCall: ServerCall {
  package let method: MethodInfo
  package let peer: Peer
  package let deadline: Deadline? = nil
  package let requestMetadata: Metadata
  package var initialMetadata = Metadata()
  package var trailers = Metadata()
  private var attachments: [ObjectIdentifier: any Sendable] = [:]
  package subscript(attachment key: ObjectIdentifier) -> (any Sendable)? {
    get { attachments[key] }
    set { attachments[key] = newValue }
  }
  /// What the handler sent, in order.
  package private(set) var answers: [[UInt8]] = []

  private var requests: ArraySlice<[UInt8]>
  private var lent: UnsafeMutableRawBufferPointer?
  private var reserved: UnsafeMutableRawBufferPointer?

  package init(
    _ method: MethodInfo, _ requests: [[UInt8]], peer: Peer, metadata: Metadata = Metadata()
  ) {
    self.method = method
    self.peer = peer
    self.requests = requests[...]
    requestMetadata = metadata
  }

  deinit {
    unsafe lent?.deallocate()
    unsafe reserved?.deallocate()
  }

  package func requestValue(_ name: StaticString) -> String? { requestMetadata[name.description] }

  package func nextMessage() async throws(RPCError) -> UnsafeRawBufferPointer? {
    unsafe lent?.deallocate()
    unsafe lent = nil
    guard let next = requests.popFirst() else { return nil }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: next.count, alignment: 16)
    unsafe memory.copyBytes(from: next)
    unsafe lent = memory
    return UnsafeRawBufferPointer(memory)
  }

  package func reserveMessage(_ count: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 16)
    unsafe reserved = UnsafeMutableRawBufferPointer(start: memory, count: count)
    return unsafe memory
  }

  package func sendMessage() async throws(RPCError) { replyMessage() }

  package func replyMessage() {
    guard let message = unsafe reserved else { return }
    answers.append(unsafe [UInt8](message))
    unsafe message.deallocate()
    unsafe reserved = nil
  }
}
