import PurSightArrow
import Testing

@Suite("XXH64")
struct XXHash64Tests {
  /// Of n bytes `(7 i + 3) mod 256`, by python-xxhash 3.6.
  static let vectors: [(count: Int, hash: UInt64)] = [
    (0, 0xEF46_DB37_51D8_E999), (1, 0x1F25_C8D0_BC1F_4BB6), (3, 0x31D2_363F_52E5_64C9),
    (4, 0x9BB6_4B7D_66EE_9FDA), (8, 0xDAB9_9D95_C6F9_0092), (31, 0xA2AA_5F33_CC4A_6119),
    (32, 0x23C3_C17E_F790_FD97), (33, 0x50A7_CFC7_BA58_8784), (100, 0xA61F_8D4C_170F_E531),
    (1000, 0x5F23_5FA0_33F1_A3FB),
  ]

  @Test(arguments: vectors)
  func `the checksum is the one of the reference implementation`(
    _ vector: (count: Int, hash: UInt64)
  ) {
    let bytes = (0..<vector.count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 3) }
    #expect(unsafe XXHash64.hash(bytes.span.bytes) == vector.hash)
  }
}
