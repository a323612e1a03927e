/// The CRC-32C checksum (Castagnoli, RFC 3720 §12.1) of a stream of bytes.
///
/// Finds accidents, not attackers.
package struct CRC32C: Hashable, Sendable {
  private var register: UInt32 = ~0

  /// Starts the checksum of nothing.
  package init() {}

  /// Goes on from the checksum of a prefix.
  package init(resuming checksum: UInt32) {
    register = ~checksum
  }

  /// Adds bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    let table = Self.table.span
    var crc = register
    var index = 0
    let wholeBytes = bytes.count & ~7
    while index < wholeBytes {
      let low =
        crc
        ^ (UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8
          | UInt32(bytes[index + 2]) << 16 | UInt32(bytes[index + 3]) << 24)
      crc =
        table[1792 + Int(low & 255)] ^ table[1536 + Int(low >> 8 & 255)]
        ^ table[1280 + Int(low >> 16 & 255)] ^ table[1024 + Int(low >> 24)]
        ^ table[768 + Int(bytes[index + 4])] ^ table[512 + Int(bytes[index + 5])]
        ^ table[256 + Int(bytes[index + 6])] ^ table[Int(bytes[index + 7])]
      index += 8
    }
    while index < bytes.count {
      crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[index])]
      index += 1
    }
    register = crc
  }

  /// Adds bytes.
  package mutating func update(_ bytes: [UInt8]) {
    update(bytes.span)
  }

  /// The checksum of the bytes so far.
  package var checksum: UInt32 { ~register }

  /// The checksum of some bytes.
  package static func checksum(of bytes: Span<UInt8>) -> UInt32 {
    var crc = CRC32C()
    crc.update(bytes)
    return crc.checksum
  }

  /// The checksum of some bytes.
  package static func checksum(of bytes: [UInt8]) -> UInt32 {
    checksum(of: bytes.span)
  }

  /// Eight tables of 256 entries: entry 256·k + b is the effect of byte b followed by k zero bytes
  /// (slicing by eight).
  private static let table: [UInt32] = {
    let reversedPolynomial: UInt32 = 0x82F6_3B78
    var table = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ reversedPolynomial : crc >> 1 }
      table[byte] = crc
    }
    for index in 256..<table.count {
      let shorter = table[index - 256]
      table[index] = shorter >> 8 ^ table[Int(shorter & 255)]
    }
    return table
  }()
}
