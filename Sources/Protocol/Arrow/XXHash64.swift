/// The XXH64 checksum (xxHash specification 0.1.1, "XXH64 Algorithm Description"), seed 0.
///
/// Finds damage, not forgery. Several times as fast as a CRC without special instructions.
package enum XXHash64 {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  /// Returns the checksum of bytes.
  package static func hash(_ bytes: borrowing RawSpan) -> UInt64 {
    let count = bytes.byteCount
    var position = 0
    var hash = prime5
    if count >= 32 {
      hash = stripes(bytes)
      position = count & ~31
    }
    hash &+= UInt64(count)
    while position &+ 8 <= count {
      hash = rotate(hash ^ round(0, word(bytes, position)), 27) &* prime1 &+ prime4
      position &+= 8
    }
    if position &+ 4 <= count {
      let half = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt32.self)
      hash = rotate(hash ^ (UInt64(half) &* prime1), 23) &* prime2 &+ prime3
      position &+= 4
    }
    while position < count {
      let byte = unsafe bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
      hash = rotate(hash ^ (UInt64(byte) &* prime5), 11) &* prime1
      position &+= 1
    }
    hash = (hash ^ (hash &>> 33)) &* prime2
    hash = (hash ^ (hash &>> 29)) &* prime3
    return hash ^ (hash &>> 32)
  }

  /// Works off all whole stripes of 32 bytes in four lanes.
  private static func stripes(_ bytes: borrowing RawSpan) -> UInt64 {
    var (lane1, lane2) = (prime1 &+ prime2, prime2)
    var (lane3, lane4) = (UInt64(0), 0 &- prime1)
    var position = 0
    while position &+ 32 <= bytes.byteCount {
      lane1 = round(lane1, word(bytes, position))
      lane2 = round(lane2, word(bytes, position &+ 8))
      lane3 = round(lane3, word(bytes, position &+ 16))
      lane4 = round(lane4, word(bytes, position &+ 24))
      position &+= 32
    }
    var hash = rotate(lane1, 1) &+ rotate(lane2, 7) &+ rotate(lane3, 12) &+ rotate(lane4, 18)
    for lane in [lane1, lane2, lane3, lane4] {
      hash = (hash ^ round(0, lane)) &* prime1 &+ prime4
    }
    return hash
  }

  @inline(__always)
  private static func word(_ bytes: borrowing RawSpan, _ position: Int) -> UInt64 {
    unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
    rotate(lane &+ input &* prime2, 31) &* prime1
  }

  @inline(__always)
  private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value &<< bits | value &>> (64 &- bits)
  }
}
