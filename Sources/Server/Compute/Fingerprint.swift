internal import PurSightArrow

/// 64-bit hashes of values that are stored and compared across runs and machines.
///
/// The functions and constants are part of the format of stored states: they never change.
enum Fingerprint {
  // Odd 64-bit constants of xxHash (XXH_PRIME64_1 to 3).
  private static let first: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let second: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let third: UInt64 = 0x1656_67B1_9E37_79F9

  /// A bijection of 64 bits (the finaliser of MurmurHash3).
  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    var x = value
    x ^= x &>> 33
    x = x &* 0xFF51_AFD7_ED55_8CCD
    x ^= x &>> 33
    x = x &* 0xC4CE_B9FE_1A85_EC53
    return x ^ (x &>> 33)
  }

  /// Both halves of a 128-bit product, folded.
  @inline(__always)
  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inline(__always)
  static func integer(_ value: Int64) -> UInt64 { mix(UInt64(bitPattern: value) ^ first) }

  /// Equal for -0 and 0, and for every NaN.
  @inline(__always)
  static func double(_ value: Double) -> UInt64 { integer(Register.orderKey(value)) }

  /// The hash of a run of bytes.
  @inline(__always)
  static func bytes(_ span: borrowing RawSpan, _ start: Int, _ count: Int) -> UInt64 {
    if count <= 8 { return word(Bytes.word(span, start, count), count) }
    return long(span, start, count)
  }

  /// The hash of at most eight bytes, filled up with zeros.
  @inline(__always)
  static func word(_ word: UInt64, _ count: Int) -> UInt64 {
    fold(fold(word ^ first, second ^ UInt64(truncatingIfNeeded: count)) ^ third, second)
  }

  private static func long(_ span: borrowing RawSpan, _ start: Int, _ count: Int) -> UInt64 {
    var state = UInt64(truncatingIfNeeded: count) &* third
    var index = start
    let end = start &+ count
    while index &+ 16 < end {
      state = fold(
        Bytes.load8(span, index) ^ first ^ state, Bytes.load8(span, index &+ 8) ^ second)
      index &+= 16
    }
    // The last 16 bytes, or the first and last eight, overlapping what came before.
    let a = Bytes.load8(span, count >= 16 ? end &- 16 : start) ^ first
    let b = Bytes.load8(span, end &- 8) ^ second
    return fold(fold(a ^ state, b) ^ third, second)
  }

  /// A value of a key of several columns put on top of those before it; ends with `mix`.
  @inline(__always)
  static func combine(_ state: UInt64, _ value: UInt64) -> UInt64 {
    let product = (state ^ value) &* first
    return product &<< 31 | product &>> 33
  }
}

/// Which values of different columns have comparable fingerprints.
enum KeyFamily: String, Sendable, Hashable {
  case boolean, integer, double, text, bytes, date, timestamp, duration, time, decimal
  /// Ticks finer than a microsecond are not comparable with the others.
  case nanoseconds

  init?(_ type: ArrowType) {
    switch type {
    case .bool: self = .boolean
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: self = .integer
    case .float32, .float64: self = .double
    case .utf8, .largeUtf8: self = .text
    case .binary, .largeBinary, .fixedSizeBinary: self = .bytes
    case .date32, .date64: self = .date
    case .timestamp(.nanosecond, _), .duration(.nanosecond), .time64(.nanosecond):
      self = .nanoseconds
    case .timestamp: self = .timestamp
    case .duration: self = .duration
    case .time32, .time64: self = .time
    case .decimal128: self = .decimal
    case .null: return nil
    }
  }
}
