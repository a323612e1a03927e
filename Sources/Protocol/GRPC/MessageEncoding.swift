internal import PurSightCompression
package import PurSightRPC

/// How a message's bytes are compressed: `grpc-encoding`.
package enum MessageEncoding: Sendable {
  case identity
  case gzip

  /// What both sides of this implementation accept: `grpc-accept-encoding`.
  package static let accepted: StaticString = "identity,gzip"

  /// Parses the value of `grpc-encoding`; nil for one that is not supported.
  @inline(__always) init?(_ value: UnsafeRawBufferPointer) {
    if unsafe value.equals("identity") {
      self = .identity
    } else if unsafe value.equals("gzip") {
      self = .gzip
    } else {
      return nil
    }
  }

  /// Whether a list such as `identity, deflate, gzip` names gzip. Every gRPC client sends one with
  /// every call: no String is made of it.
  static func listHasGzip(_ value: UnsafeRawBufferPointer) -> Bool {
    let (comma, space) = (UInt8(ascii: ","), UInt8(ascii: " "))
    var start = 0
    while start < value.count {
      while start < value.count, unsafe value[start] == space { start += 1 }
      var end = start
      while end < value.count, unsafe value[end] != comma { end += 1 }
      let next = end + 1
      while end > start, unsafe value[end - 1] == space { end -= 1 }
      if unsafe UnsafeRawBufferPointer(rebasing: value[start..<end]).equals("gzip") { return true }
      start = next
    }
    return false
  }

  /// - Throws: `RESOURCE_EXHAUSTED` when more than `limit` bytes would come out, `INTERNAL` for
  /// bytes that are no gzip.
  static func decompress(
    _ bytes: UnsafeRawBufferPointer, limit: Int
  ) throws(RPCError) -> [UInt8] {
    do throws(CompressionError) {
      return try unsafe Gzip.decompress(bytes.bytes, limit: limit)
    } catch {
      if error.code == .tooLarge {
        throw RPCError(
          .resourceExhausted, "A message is larger than \(limit) bytes when decompressed.")
      }
      throw RPCError(.internal, "A message cannot be decompressed: \(error.message)")
    }
  }

  /// As the other one, of an array.
  package static func decompress(_ bytes: [UInt8], limit: Int) throws(RPCError) -> [UInt8] {
    var result: Result<[UInt8], RPCError> = .success([])
    unsafe bytes.withUnsafeBytes { buffer in
      do throws(RPCError) {
        result = .success(try unsafe decompress(buffer, limit: limit))
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  package static func compress(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    unsafe Gzip.compress(bytes.bytes)
  }

  /// An array, compressed.
  package static func compress(_ bytes: [UInt8]) -> [UInt8] { Gzip.compress(bytes) }
}
