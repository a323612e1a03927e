package import CPurSightProtobuf
package import PurSightRPC

/// Copies the fields of C structs into Swift values. Used by generated code only.
///
/// What is not generic is never inlined: it is called for each field of each message, and copies of
/// it in all of them would be most of the module.
@safe package struct MessageReader {
  /// What was cut out of the message before protobuf-c saw it.
  private let cutPayload: UnsafeRawBufferPointer?

  init(bulk: UnsafeRawBufferPointer?) { unsafe cutPayload = bulk }

  /// Text; refuses what is not UTF-8.
  @inline(never)
  package func text(
    _ data: ProtobufCBinaryData, _ field: StaticString
  ) throws(RPCError) -> String {
    guard unsafe data.len > 0 else { return "" }
    let bytes = unsafe UnsafeBufferPointer(start: data.data, count: data.len)
    // Checking for ASCII first is several times cheaper than `validating`, and nearly all text is.
    if unsafe isASCII(bytes) { return unsafe String(decoding: bytes, as: UTF8.self) }
    guard let text = unsafe String(validating: bytes, as: UTF8.self) else {
      throw RPCError(.invalidArgument, "\(field) is not valid UTF-8; send text as UTF-8.")
    }
    return text
  }

  @inline(never)
  package func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
    unsafe [UInt8](UnsafeBufferPointer(start: data.data, count: data.len))
  }

  /// The content of the `bulk` field.
  package func bulk(_ data: ProtobufCBinaryData) -> [UInt8] {
    guard let payload = unsafe cutPayload else { return unsafe bytes(data) }
    return unsafe [UInt8](payload)
  }

  package func message<Message: BridgedMessage, Struct>(
    _ pointer: UnsafeMutablePointer<Struct>?
  ) throws(RPCError) -> Message? {
    guard let pointer = unsafe pointer else { return nil }
    return try unsafe Message(reading: UnsafeRawPointer(pointer), self)
  }

  @inline(never)
  package func texts(
    _ start: UnsafeMutablePointer<ProtobufCBinaryData>?, _ count: Int, _ field: StaticString
  ) throws(RPCError) -> [String] {
    guard let start = unsafe start, count > 0 else { return [] }
    var result: [String] = []
    result.reserveCapacity(count)
    for index in 0..<count { result.append(try unsafe text(start[index], field)) }
    return result
  }

  @inline(never)
  package func bytesList(
    _ start: UnsafeMutablePointer<ProtobufCBinaryData>?, _ count: Int
  ) -> [[UInt8]] {
    unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : count).map {
      unsafe bytes($0)
    }
  }

  package func numbers<Number: BitwiseCopyable>(
    _ start: UnsafeMutablePointer<Number>?, _ count: Int
  ) -> [Number] {
    unsafe [Number](UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
  }

  @inline(never)
  package func flags(
    _ start: UnsafeMutablePointer<protobuf_c_boolean>?, _ count: Int
  ) -> [Bool] {
    unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : count).map { $0 != 0 }
  }

  package func enums<Value: ProtoEnum>(
    _ start: UnsafeMutablePointer<Int32>?, _ count: Int
  ) -> [Value] {
    unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : count).map {
      Value(rawValue: $0)
    }
  }

  package func messages<Message: BridgedMessage, Struct>(
    _ start: UnsafeMutablePointer<UnsafeMutablePointer<Struct>?>?, _ count: Int
  ) throws(RPCError) -> [Message] {
    guard let start = unsafe start, count > 0 else { return [] }
    var result: [Message] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      guard let pointer = unsafe start[index] else { continue }
      result.append(try unsafe Message(reading: UnsafeRawPointer(pointer), self))
    }
    return result
  }

  /// The fields this build does not know, as they came.
  /// - Throws: `INVALID_ARGUMENT` for a field number beyond 2^29 - 1, which protobuf-c lets pass.
  package func unknownFields(_ base: ProtobufCMessage) throws(RPCError) -> UnknownFields {
    guard unsafe base.n_unknown_fields > 0, let fields = unsafe base.unknown_fields else {
      return UnknownFields()
    }
    return try unsafe unknownFields(fields, Int(base.n_unknown_fields))
  }

  @inline(never)
  private func unknownFields(
    _ fields: UnsafePointer<ProtobufCMessageUnknownField>, _ count: Int
  ) throws(RPCError) -> UnknownFields {
    var bytes: [UInt8] = []
    for index in 0..<count {
      let field = unsafe fields[index]
      guard unsafe field.tag >= 1, unsafe UInt64(field.tag) <= WireScanner.maxFieldNumber else {
        throw RPCError(
          .invalidArgument, "A message holds field number \(unsafe field.tag), which cannot be.")
      }
      unsafe appendVarint(UInt64(field.tag) << 3 | UInt64(field.wire_type.rawValue), to: &bytes)
      unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: field.data, count: field.len))
    }
    return UnknownFields(bytes: bytes)
  }
}

/// Whether no byte has its highest bit set.
private func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  let raw = UnsafeRawBufferPointer(bytes)
  var (index, seen): (Int, UInt64) = (0, 0)
  while index &+ 8 <= raw.count {
    unsafe seen |= raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
    index &+= 8
  }
  while index < raw.count {
    seen |= UInt64(unsafe raw[index])
    index &+= 1
  }
  return seen & 0x8080_8080_8080_8080 == 0
}

/// Appends a varint. Source: Protocol Buffers, "Encoding".
package func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
  var rest = value
  while rest >= 0x80 {
    bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
    rest >>= 7
  }
  bytes.append(UInt8(rest))
}
