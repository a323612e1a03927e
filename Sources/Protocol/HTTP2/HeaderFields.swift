#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Received header fields: a view over the block that `HTTP2Stream` gathered them in.
///
/// The block is a sequence of a name's length, a value's length (two bytes each, little-endian),
/// the name and the value. Borrowed: valid until the stream is recycled.
///
/// Public, against the habit of the house, because it is inlinable: what is `package` is never
/// inlined into another module (Swift 6.3), and a call doubles the dozen instructions of a field.
@safe public struct HeaderFields {
  /// One field; borrowed like the block.
  @safe public struct Field {
    /// Lower-case.
    public let name: UnsafeRawBufferPointer
    /// As it came.
    public let value: UnsafeRawBufferPointer

    @inlinable @inline(__always) init(
      _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) {
      unsafe self.name = name
      unsafe self.value = value
    }
  }

  @usableFromInline let block: UnsafeRawBufferPointer
  @usableFromInline var offset: Int

  /// A view over a stream's block.
  @inlinable @inline(__always) public init(_ block: UnsafeRawBufferPointer) {
    unsafe self.block = block
    offset = 0
  }

  /// Bytes before each field.
  @usableFromInline static var prefixBytes: Int {
    @inlinable @inline(__always) get { 4 }
  }
  /// The longest name or value that the prefix can say.
  static let maxPartBytes = Int(UInt16.max)

  /// The next field in the order of arrival, nil after the last one.
  @inlinable @inline(__always) public mutating func next() -> Field? {
    guard unsafe offset < block.count, let base = unsafe block.baseAddress else { return nil }
    let field = unsafe base + offset
    let lengths = unsafe UInt32(littleEndian: field.loadUnaligned(as: UInt32.self))
    let (name, value) = (Int(lengths & 0xFFFF), Int(lengths >> 16))
    offset &+= Self.prefixBytes &+ name &+ value
    return unsafe Field(
      UnsafeRawBufferPointer(start: field + Self.prefixBytes, count: name),
      UnsafeRawBufferPointer(start: field + Self.prefixBytes + name, count: value))
  }

  /// Appends a field to a block. Both parts are at most `maxPartBytes` long.
  @inline(__always) static func append(
    _ name: UnsafePointer<UInt8>, _ nameLength: Int, _ value: UnsafePointer<UInt8>,
    _ valueLength: Int, to block: inout ByteBuffer
  ) {
    let room = unsafe block.extend(prefixBytes &+ nameLength &+ valueLength)
    let lengths = UInt32(truncatingIfNeeded: nameLength | valueLength &<< 16)
    unsafe room.storeBytes(of: lengths.littleEndian, as: UInt32.self)
    unsafe copy(room + prefixBytes, name, nameLength)
    unsafe copy(room + prefixBytes + nameLength, value, valueLength)
  }

  /// memcpy(3) for names and values: nearly all have 4 to 16 bytes, which two words cover that may
  /// overlap.
  @inline(__always) private static func copy(
    _ target: UnsafeMutableRawPointer, _ source: UnsafePointer<UInt8>, _ count: Int
  ) {
    let source = unsafe UnsafeRawPointer(source)
    guard count >= 4 && count <= 16 else {
      unsafe memcpy(target, source, count)
      return
    }
    if count >= 8 {
      let first = unsafe source.loadUnaligned(as: UInt64.self)
      let last = unsafe source.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      unsafe target.storeBytes(of: first, as: UInt64.self)
      unsafe target.storeBytes(of: last, toByteOffset: count &- 8, as: UInt64.self)
    } else {
      let first = unsafe source.loadUnaligned(as: UInt32.self)
      let last = unsafe source.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
      unsafe target.storeBytes(of: first, as: UInt32.self)
      unsafe target.storeBytes(of: last, toByteOffset: count &- 4, as: UInt32.self)
    }
  }
}
