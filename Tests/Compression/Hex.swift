/// The bytes of a hexadecimal text.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap { $0.hexDigitValue }
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// What every vector in this room holds, written by Python 3.11 (gzip, zlib), python-zstandard
/// 0.25 and python-lz4 4.4, and pyarrow 26.
let message = [UInt8](
  String(repeating: "PurSight reads what others wrote. ", count: 4).utf8)

/// A reproducible generator of bytes (SplitMix64).
struct Bytes {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// Bytes of which about half can be compressed.
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in
      let value = next()
      return value & 1 == 0 ? 7 : UInt8(truncatingIfNeeded: value >> 8)
    }
  }
}
