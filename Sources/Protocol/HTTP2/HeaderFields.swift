/// Received header fields: a view over the block that `HTTP2Stream` gathered them in.
///
/// The block is a sequence of a name's length, a value's length (two bytes each, native order), the
/// name and the value. Borrowed: valid until the stream is recycled.
@safe package struct HeaderFields {
  /// One field; borrowed like the block.
  @safe package struct Field {
    package let name: UnsafeRawBufferPointer
    package let value: UnsafeRawBufferPointer
  }

  private let block: UnsafeRawBufferPointer
  private var offset = 0

  @inline(__always) package init(_ block: UnsafeRawBufferPointer) { unsafe self.block = block }

  /// Bytes before each field.
  static let prefixBytes = 4
  /// The longest name or value that the prefix can say.
  static let maxPartBytes = Int(UInt16.max)

  /// The next field in the order of arrival, nil after the last one.
  @inline(__always) package mutating func next() -> Field? {
    guard unsafe offset < block.count, let base = unsafe block.baseAddress else { return nil }
    let field = unsafe base + offset
    let name = unsafe Int(field.loadUnaligned(as: UInt16.self))
    let value = unsafe Int(field.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    offset &+= Self.prefixBytes &+ name &+ value
    return unsafe Field(
      name: UnsafeRawBufferPointer(start: field + Self.prefixBytes, count: name),
      value: UnsafeRawBufferPointer(start: field + Self.prefixBytes + name, count: value))
  }

  /// Appends a field to a block. Both parts are at most `maxPartBytes` long.
  @inline(__always) static func append(
    _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, to block: inout ByteBuffer
  ) {
    let room = unsafe block.extend(prefixBytes &+ name.count &+ value.count)
    unsafe room.storeBytes(of: UInt16(truncatingIfNeeded: name.count), as: UInt16.self)
    unsafe room.storeBytes(
      of: UInt16(truncatingIfNeeded: value.count), toByteOffset: 2, as: UInt16.self)
    if let source = name.baseAddress {
      unsafe (room + prefixBytes).copyMemory(from: source, byteCount: name.count)
    }
    if let source = value.baseAddress {
      unsafe (room + prefixBytes + name.count).copyMemory(from: source, byteCount: value.count)
    }
  }
}
