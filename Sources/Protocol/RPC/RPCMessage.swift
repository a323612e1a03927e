/// A protobuf message as a Swift value. Generated; see `protogen`.
public protocol RPCMessage: Sendable {
  /// Full protobuf name, such as `pursight.v1.Asset`.
  static var protoName: String { get }

  /// Decodes one message. The bytes are borrowed for the call only.
  /// - Throws: `INVALID_ARGUMENT` naming what is malformed.
  init(decoding bytes: UnsafeRawBufferPointer) throws(RPCError)

  /// Encodes the message into memory that `reserve` hands out.
  ///
  /// Calls `reserve` exactly once, with the exact size in bytes, and fills what it returns.
  func encode(_ reserve: (Int) -> UnsafeMutableRawPointer)

  /// Checks the rules that the proto sets on the fields. Servers call it on every message they
  /// receive.
  /// - Throws: `INVALID_ARGUMENT` with a `google.rpc.BadRequest` that names each wrong field.
  func validate() throws(RPCError)
}

extension RPCMessage {
  /// A message without rules is always right.
  public func validate() throws(RPCError) {}

  /// Decodes one message from an array.
  public init(serialized bytes: [UInt8]) throws(RPCError) {
    var result: Result<Self, RPCError>?
    unsafe bytes.withUnsafeBytes { buffer in
      do throws(RPCError) { result = .success(try unsafe Self(decoding: buffer)) } catch {
        result = .failure(error)
      }
    }
    guard let result else { preconditionFailure("withUnsafeBytes calls its body") }
    self = try result.get()
  }

  /// The encoded message.
  public func serialized() -> [UInt8] {
    var storage: UnsafeMutableRawPointer?
    var count = 0
    unsafe encode { size in
      count = size
      let memory = UnsafeMutableRawPointer.allocate(byteCount: max(size, 1), alignment: 16)
      unsafe storage = memory
      return unsafe memory
    }
    guard let memory = unsafe storage else { return [] }
    defer { unsafe memory.deallocate() }
    return unsafe [UInt8](UnsafeRawBufferPointer(start: memory, count: count))
  }
}
