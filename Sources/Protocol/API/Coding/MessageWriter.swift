package import CPurSightProtobuf

/// Lends Swift values to C structs. Used by generated code only.
///
/// Everything is copied into the arena, but for the `bulk` field, which is lent where it is.
@safe package struct MessageWriter {
  private let arena: Arena
  private let bulkPayload: UnsafeRawBufferPointer

  init(arena: Arena, bulk: UnsafeRawBufferPointer) {
    self.arena = arena
    unsafe bulkPayload = bulk
  }

  @inline(never)
  package func text(_ text: String) -> ProtobufCBinaryData {
    var text = text
    return text.withUTF8 { unsafe copy(UnsafeRawBufferPointer($0)) }
  }

  @inline(never)
  package func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    unsafe bytes.withUnsafeBytes { unsafe copy($0) }
  }

  /// The content of the `bulk` field.
  package func bulk() -> ProtobufCBinaryData {
    // protobuf-c only reads what it packs, though its struct says otherwise.
    let start = unsafe UnsafeMutableRawPointer(mutating: bulkPayload.baseAddress)
    return unsafe ProtobufCBinaryData(
      len: bulkPayload.count, data: start?.assumingMemoryBound(to: UInt8.self))
  }

  private func copy(_ bytes: UnsafeRawBufferPointer) -> ProtobufCBinaryData {
    guard let start = bytes.baseAddress, bytes.count > 0 else {
      return unsafe ProtobufCBinaryData(len: 0, data: nil)
    }
    let target = unsafe arena.take(bytes.count)
    unsafe target.copyMemory(from: start, byteCount: bytes.count)
    return unsafe ProtobufCBinaryData(
      len: bytes.count, data: target.assumingMemoryBound(to: UInt8.self))
  }

  /// Room for one C struct.
  package func structure<Struct>(_ type: Struct.Type = Struct.self) -> UnsafeMutablePointer<Struct>
  {
    unsafe arena.take(MemoryLayout<Struct>.size).bindMemory(to: Struct.self, capacity: 1)
  }

  package func message<Message: BridgedMessage, Struct>(
    _ message: Message
  ) -> UnsafeMutablePointer<Struct> {
    let memory = unsafe arena.take(Message.cSize)
    unsafe Message.initialize(memory)
    unsafe message.write(to: memory, self)
    return unsafe memory.assumingMemoryBound(to: Struct.self)
  }

  package func optional<Message: BridgedMessage, Struct>(
    _ message: Message?
  ) -> UnsafeMutablePointer<Struct>? {
    guard let message else { return nil }
    return unsafe self.message(message)
  }

  /// Room for `count` elements; nil for none.
  package func array<Element>(
    _ count: Int, of type: Element.Type = Element.self
  ) -> UnsafeMutablePointer<Element>? {
    guard count > 0 else { return nil }
    return unsafe arena.take(count * MemoryLayout<Element>.stride)
      .bindMemory(to: Element.self, capacity: count)
  }

  @inline(never)
  package func texts(_ texts: [String]) -> UnsafeMutablePointer<ProtobufCBinaryData>? {
    guard let start = unsafe array(texts.count, of: ProtobufCBinaryData.self) else { return nil }
    for (index, text) in texts.enumerated() {
      unsafe (start + index).initialize(to: self.text(text))
    }
    return unsafe start
  }

  package func bytesList(_ list: [[UInt8]]) -> UnsafeMutablePointer<ProtobufCBinaryData>? {
    guard let start = unsafe array(list.count, of: ProtobufCBinaryData.self) else { return nil }
    for (index, bytes) in list.enumerated() {
      unsafe (start + index).initialize(to: self.bytes(bytes))
    }
    return unsafe start
  }

  package func numbers<Number: BitwiseCopyable>(
    _ numbers: [Number]
  ) -> UnsafeMutablePointer<Number>? {
    guard let start = unsafe array(numbers.count, of: Number.self) else { return nil }
    unsafe start.initialize(from: numbers, count: numbers.count)
    return unsafe start
  }

  package func flags(_ flags: [Bool]) -> UnsafeMutablePointer<protobuf_c_boolean>? {
    unsafe numbers(flags.map { $0 ? 1 : 0 })
  }

  package func enums<Value: ProtoEnum>(_ values: [Value]) -> UnsafeMutablePointer<Int32>? {
    unsafe numbers(values.map(\.rawValue))
  }

  package func messages<Message: BridgedMessage, Struct>(
    _ messages: [Message]
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<Struct>?>? {
    guard let start = unsafe array(messages.count, of: UnsafeMutablePointer<Struct>?.self) else {
      return nil
    }
    for (index, message) in messages.enumerated() {
      unsafe (start + index).initialize(to: self.message(message))
    }
    return unsafe start
  }

  /// Hangs unknown fields on a struct.
  package func unknownFields(_ fields: UnknownFields, _ base: inout ProtobufCMessage) {
    guard !fields.isEmpty else { return }
    // protobuf-c packs a tag and copies what is behind it. So one entry carries them all: the first
    // field's tag, and everything that follows it.
    let data = unsafe bytes(fields.bytes)
    var scanner = unsafe WireScanner(
      UnsafeRawBufferPointer(start: data.data, count: data.len), 0..<data.len)
    guard let tag = scanner.varint() else { return }
    let tagBytes = scanner.position
    let entry = unsafe structure(ProtobufCMessageUnknownField.self)
    unsafe entry.initialize(
      to: ProtobufCMessageUnknownField(
        tag: UInt32(truncatingIfNeeded: tag >> 3),
        wire_type: ProtobufCWireType(rawValue: UInt32(tag & 7)), len: data.len - tagBytes,
        data: data.data + tagBytes))
    unsafe base.n_unknown_fields = 1
    unsafe base.unknown_fields = entry
  }
}
