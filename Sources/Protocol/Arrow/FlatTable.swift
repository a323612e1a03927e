/// A table inside a flatbuffer, every access of which is checked against the buffer's bounds.
///
/// Covers what Arrow's metadata needs: scalars, strings, tables, vectors of tables and of structs
/// of 64-bit integers. Nothing is copied, nothing recurses. Source: FlatBuffers, "Internals".
struct FlatTable {
  private let buffer: ArrowBuffer
  /// Where the table starts; its first four bytes are the distance back to its vtable.
  private let position: Int
  /// Where the vtable's entries start and how many there are.
  private let entries: Int
  private let entryCount: Int

  /// Opens the root table of a buffer.
  ///
  /// - Throws: `malformed` when it does not lie inside the buffer.
  init(root buffer: ArrowBuffer) throws(ArrowError) {
    try self.init(buffer, at: Int(Self.load(buffer, 0, UInt32.self)))
  }

  private init(_ buffer: ArrowBuffer, at position: Int) throws(ArrowError) {
    let distance = try Int(Self.load(buffer, position, Int32.self))
    let vtable = position - distance
    let vtableBytes = try Int(Self.load(buffer, vtable, UInt16.self))
    guard vtableBytes >= 4, vtableBytes % 2 == 0, vtable + vtableBytes <= buffer.count else {
      throw Self.outOfBounds
    }
    self.buffer = buffer
    self.position = position
    entries = vtable + 4
    entryCount = (vtableBytes - 4) / 2
  }

  private static var outOfBounds: ArrowError {
    ArrowError(.malformed, "the metadata points outside of itself; send the message again")
  }

  private static func load<Value: FixedWidthInteger & BitwiseCopyable>(
    _ buffer: ArrowBuffer, _ offset: Int, _ type: Value.Type
  ) throws(ArrowError) -> Value {
    guard offset >= 0, offset <= buffer.count - MemoryLayout<Value>.size else { throw outOfBounds }
    let value = unsafe buffer.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type)
    return Value(littleEndian: value)
  }

  /// Where a field's value lies, or nil when it is absent and has its default.
  private func slot(_ field: Int) throws(ArrowError) -> Int? {
    guard field < entryCount else { return nil }
    let offset = try Int(Self.load(buffer, entries + 2 * field, UInt16.self))
    return offset == 0 ? nil : position + offset
  }

  /// Reads an integer field, or its default when it is absent.
  func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ field: Int, default value: Value
  ) throws(ArrowError) -> Value {
    guard let slot = try slot(field) else { return value }
    return try Self.load(buffer, slot, Value.self)
  }

  func bool(_ field: Int) throws(ArrowError) -> Bool {
    try integer(field, default: UInt8(0)) != 0
  }

  /// Follows the offset that a field holds.
  private func target(_ field: Int) throws(ArrowError) -> Int? {
    guard let slot = try slot(field) else { return nil }
    return slot + Int(try Self.load(buffer, slot, UInt32.self))
  }

  func table(_ field: Int) throws(ArrowError) -> FlatTable? {
    guard let target = try target(field) else { return nil }
    return try FlatTable(buffer, at: target)
  }

  /// Reads a string of at most `maxBytes`.
  func string(_ field: Int, maxBytes: Int) throws(ArrowError) -> String? {
    guard let target = try target(field) else { return nil }
    let count = Int(try Self.load(buffer, target, UInt32.self))
    guard count <= maxBytes else {
      throw ArrowError(.limitExceeded, "a name in the metadata is longer than \(maxBytes) bytes")
    }
    guard target + 4 + count <= buffer.count else { throw Self.outOfBounds }
    let bytes = buffer.slice(target + 4..<target + 4 + count).array
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ArrowError(.malformed, "a name in the metadata is not UTF-8")
    }
    return text
  }

  /// The number of elements of a vector field, and where the first lies.
  private func vector(
    _ field: Int, elementBytes: Int
  ) throws(ArrowError) -> (count: Int, start: Int)? {
    guard let target = try target(field) else { return nil }
    let count = Int(try Self.load(buffer, target, UInt32.self))
    guard count <= (buffer.count - target - 4) / elementBytes else { throw Self.outOfBounds }
    return (count, target + 4)
  }

  /// Reads a vector of tables.
  func tables(_ field: Int, maxCount: Int, _ noun: String) throws(ArrowError) -> [FlatTable] {
    guard let (count, start) = try vector(field, elementBytes: 4) else { return [] }
    guard count <= maxCount else {
      throw ArrowError(.limitExceeded, "the message has \(count) \(noun), allowed are \(maxCount)")
    }
    var tables: [FlatTable] = []
    tables.reserveCapacity(count)
    for index in 0..<count {
      let element = start + 4 * index
      let distance = Int(try Self.load(buffer, element, UInt32.self))
      tables.append(try FlatTable(buffer, at: element + distance))
    }
    return tables
  }

  /// Reads a vector of structs of two 64-bit integers.
  func pairs(_ field: Int) throws(ArrowError) -> [(first: Int64, second: Int64)] {
    guard let (count, start) = try vector(field, elementBytes: 16) else { return [] }
    var pairs: [(first: Int64, second: Int64)] = []
    pairs.reserveCapacity(count)
    for index in 0..<count {
      pairs.append(
        (
          try Self.load(buffer, start + 16 * index, Int64.self),
          try Self.load(buffer, start + 16 * index + 8, Int64.self)
        ))
    }
    return pairs
  }
}
