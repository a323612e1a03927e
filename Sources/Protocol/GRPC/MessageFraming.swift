/// The five bytes before every message: a flag for compression and the length.
///
/// Source: gRPC over HTTP/2, "Length-Prefixed-Message".
package enum MessageFraming {
  package static let prefixBytes = 5
  /// The longest message the prefix can say.
  package static let maxLength = Int(UInt32.max)

  /// Writes the prefix of a message of `length` bytes.
  @inline(__always) package static func putPrefix(
    _ target: UnsafeMutableRawPointer, length: Int, isCompressed: Bool = false
  ) {
    unsafe target.storeBytes(of: isCompressed ? 1 : 0, as: UInt8.self)
    unsafe target.storeBytes(
      of: UInt32(truncatingIfNeeded: length).bigEndian, toByteOffset: 1, as: UInt32.self)
  }
}
