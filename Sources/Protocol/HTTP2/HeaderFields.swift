#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Received header fields: a view over the block that `HTTP2Stream` gathered them in.
///
/// The block is a sequence of a name's length, a value's length (two bytes each, little-endian),
/// the name and the value. Borrowed: valid until the stream is recycled.
@safe package struct HeaderFields {
  /// One field; borrowed like the block.
  @safe package struct Field {
    package let name: UnsafeRawBufferPointer
    package let value: UnsafeRawBufferPointer
  }

  private let block: UnsafeRawBufferPointer
  private var offset = 0

  @inline(__always) package init(_ block: UnsafeRawBufferPointer) {
    unsafe self.block = block
  }

  /// Bytes before each field.
  static let prefixBytes = 4
  /// The longest name or value that the prefix can say.
  static let maxPartBytes = Int(UInt16.max)

  /// The next field in the order of arrival, nil after the last one.
  @inline(__always) package mutating func next() -> Field? {
    guard unsafe offset < block.count, let base = unsafe block.baseAddress else { return nil }
    let field = unsafe base + offset
    let lengths = unsafe UInt32(littleEndian: field.loadUnaligned(as: UInt32.self))
    let (name, value) = (Int(lengths & 0xFFFF), Int(lengths >> 16))
    offset &+= Self.prefixBytes &+ name &+ value
    return unsafe Field(
      name: UnsafeRawBufferPointer(start: field + Self.prefixBytes, count: name),
      value: UnsafeRawBufferPointer(start: field + Self.prefixBytes + name, count: value))
  }

  /// Appends a field to a block. Both parts are at most `maxPartBytes` long.
  @inline(__always) static func append(
    _ name: UnsafePointer<UInt8>, _ nameLength: Int, _ value: UnsafePointer<UInt8>,
    _ valueLength: Int, to block: inout ByteBuffer
  ) {
    let room = unsafe block.extend(prefixBytes &+ nameLength &+ valueLength)
    let lengths = UInt32(truncatingIfNeeded: nameLength | valueLength &<< 16)
    unsafe room.storeBytes(of: lengths.littleEndian, as: UInt32.self)
    unsafe memcpy(room + prefixBytes, name, nameLength)
    unsafe memcpy(room + prefixBytes + nameLength, value, valueLength)
  }
}
