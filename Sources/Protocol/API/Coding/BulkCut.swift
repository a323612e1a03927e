/// Finds the one large `bytes` field of an encoded message, so that protobuf-c need not copy it.
///
/// Only the plain case is cut: every field on the way occurs once. A message that repeats one of
/// them is left to protobuf-c as a whole, which knows how to merge.
/// Source: Protocol Buffers, "Encoding".
@safe struct BulkCut {
  /// The payload, borrowed from the message.
  let payload: UnsafeRawBufferPointer

  private let bytes: UnsafeRawBufferPointer
  /// Where the length of each field on the way stands, outermost first.
  private var lengths: [Range<Int>] = []
  private let payloadRange: Range<Int>

  /// - Returns: nil where there is nothing to cut.
  init?(_ bytes: UnsafeRawBufferPointer, path: [Int32]) {
    var content = 0..<bytes.count
    for number in path {
      guard let field = unsafe Self.find(number, in: bytes, content) else { return nil }
      lengths.append(field.length)
      content = field.content
    }
    guard !content.isEmpty else { return nil }
    unsafe self.bytes = bytes
    payloadRange = content
    unsafe payload = UnsafeRawBufferPointer(rebasing: bytes[content])
  }

  /// The message with the payload taken out: its field is there with length 0.
  func withoutPayload(_ arena: Arena) -> UnsafeRawBufferPointer {
    let count = unsafe bytes.count - payloadRange.count
    let copy = unsafe UnsafeMutableRawBufferPointer(start: arena.take(count), count: count)
    unsafe copy[..<payloadRange.lowerBound].copyBytes(from: bytes[..<payloadRange.lowerBound])
    unsafe UnsafeMutableRawBufferPointer(rebasing: copy[payloadRange.lowerBound...])
      .copyBytes(from: bytes[payloadRange.upperBound...])
    for length in lengths {
      var reader = unsafe WireScanner(bytes, length)
      guard let value = reader.varint() else { continue }
      unsafe Self.store(value - UInt64(payloadRange.count), at: length, in: copy)
    }
    return UnsafeRawBufferPointer(copy)
  }

  /// Writes a varint in exactly as many bytes as the larger value before it took.
  private static func store(
    _ value: UInt64, at range: Range<Int>, in bytes: UnsafeMutableRawBufferPointer
  ) {
    var rest = value
    for index in range {
      let isLast = index == range.upperBound - 1
      unsafe bytes[index] = UInt8(rest & 0x7f) | (isLast ? 0 : 0x80)
      rest >>= 7
    }
  }

  /// The only length-delimited field of this number; nil when there is none, two, or a malformed
  /// one.
  private static func find(
    _ number: Int32, in bytes: UnsafeRawBufferPointer, _ range: Range<Int>
  ) -> (length: Range<Int>, content: Range<Int>)? {
    var scanner = unsafe WireScanner(bytes, range)
    var found: (length: Range<Int>, content: Range<Int>)?
    while !scanner.isAtEnd {
      guard let field = scanner.next() else { return nil }
      guard field.number == UInt32(number) else { continue }
      guard found == nil, let length = field.length else { return nil }
      found = (length, field.content)
    }
    return found
  }
}
