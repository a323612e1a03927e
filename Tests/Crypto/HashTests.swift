import PurSightCrypto
import Testing

@Suite struct `SHA-256` {
  /// FIPS 180-4 examples, and lengths around the block from Python's hashlib.
  static let published: [(message: [UInt8], digest: String)] = [
    ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      (0..<200).map { UInt8($0) },
      "1901da1c9f699b48f6b2636e65cbf73abf99d0441ef67f5c540a42f7051dec6f"
    ),
    (
      [UInt8](repeating: 0x61, count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ]

  @Test(arguments: published)
  func `known messages have their published digests`(message: [UInt8], digest: String) {
    #expect(SHA256.hash(message).hexadecimal == digest)
  }

  @Test func `a stored state goes on where it was, at every offset`() throws {
    let message = (0..<1000).map { UInt8($0 % 251) }
    for cut in 0...200 {
      var first = SHA256()
      first.update(Array(message[..<cut]))
      var second = try SHA256(serializedState: first.serializedState)
      #expect(second.byteCount == UInt64(cut))
      second.update(Array(message[cut...]))
      #expect(
        second.digest.hexadecimal
          == "4e4c294b331f7a2099a379bec34b9f9fc03dc46ab465d998f4d683da53487e6d")
    }
  }

  @Test func `a copy is a fork and asking for the digest changes nothing`() {
    var one = SHA256()
    one.update(Array("ab".utf8))
    var other = one
    other.update(Array("x".utf8))
    _ = one.digest
    one.update(byte: UInt8(ascii: "c"))
    #expect(
      one.digest.hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func `bytes that are no state are refused`() {
    var hasher = SHA256()
    hasher.update([1, 2, 3])
    let state = hasher.serializedState
    for bytes in [[], Array(state.dropLast()), state + [0], [2] + state.dropFirst()] {
      #expect(throws: CryptoError.self) { try SHA256(serializedState: bytes) }
    }
    let impossible = [1] + [UInt8](repeating: 0xFF, count: 40) + [UInt8](repeating: 0, count: 63)
    #expect(throws: CryptoError.self) { try SHA256(serializedState: impossible) }
  }

  @Test func `a digest keeps its bytes and refuses other lengths`() throws {
    let bytes = (1...32).map { UInt8($0) }
    #expect(SHA256Digest(bytes: bytes)?.bytes == bytes)
    #expect(SHA256Digest(bytes: bytes.dropLast()) == nil)
    #expect(SHA256Digest(bytes: bytes + [0]) == nil)
    #expect(try SHA256Digest(hexadecimal: Hexadecimal.encode(bytes)).bytes == bytes)
    #expect(throws: CryptoError.self) { try SHA256Digest(hexadecimal: "00") }
  }
}

@Suite struct `Keyed hashes` {
  /// RFC 4231 test cases 1, 2 and 6; the empty key from Python's hmac.
  static let codes: [(key: [UInt8], message: String, code: String)] = [
    (
      [UInt8](repeating: 0x0B, count: 20), "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xAA, count: 131),
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
    ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
  ]

  @Test(arguments: codes)
  func `HMAC of RFC 4231`(key: [UInt8], message: String, code: String) throws {
    let message = Array(message.utf8)
    let answer = try HMACSHA256.authenticationCode(for: message, key: key)
    #expect(answer.hexadecimal == code)
    #expect(try HMACSHA256.isValid(answer.bytes, for: message, key: key))
    var changed = answer.bytes
    changed[31] ^= 1
    #expect(try !HMACSHA256.isValid(changed, for: message, key: key))
    #expect(try !HMACSHA256.isValid(Array(answer.bytes.dropLast()), for: message, key: key))
  }

  @Test func `HKDF of RFC 5869, cases 1 and 3`() throws {
    let secret = [UInt8](repeating: 0x0B, count: 22)
    let first = try HKDF.derive(
      from: secret, salt: (0...12).map { UInt8($0) }, info: (0xF0...0xF9).map { UInt8($0) },
      count: 42)
    #expect(
      Hexadecimal.encode(first)
        == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    let third = try HKDF.derive(from: secret, salt: [], info: [], count: 42)
    #expect(
      Hexadecimal.encode(third)
        == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
  }

  @Test func `HKDF ends at 255 blocks`() throws {
    #expect(try HKDF.derive(from: [1], salt: [], info: [], count: 8160).count == 8160)
    for count in [0, -1, 8161] {
      #expect(throws: CryptoError.self) {
        try HKDF.derive(from: [1], salt: [], info: [], count: count)
      }
    }
  }

  @Test func `equality in constant time is equality`() {
    #expect(constantTimeEqual([], []))
    #expect(constantTimeEqual([1, 2], [1, 2]))
    #expect(!constantTimeEqual([1, 2], [1, 3]))
    #expect(!constantTimeEqual([1, 2], [1, 2, 3]))
  }
}

@Suite struct `CRC-32C` {
  /// RFC 3720 appendix B.4, and the check value of the catalogue of CRC algorithms.
  static let checksums: [(bytes: [UInt8], checksum: UInt32)] = [
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
    ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    ((0..<32).map { UInt8($0) }, 0x46DD_794E),
    ((0..<32).map { UInt8(31 - $0) }, 0x113F_DB5C),
    (Array("123456789".utf8), 0xE306_9283),
    ([], 0),
  ]

  @Test(arguments: checksums)
  func `RFC 3720 examples`(bytes: [UInt8], checksum: UInt32) {
    #expect(CRC32C.checksum(of: bytes) == checksum)
    for cut in 0...bytes.count {
      var crc = CRC32C(resuming: CRC32C.checksum(of: Array(bytes[..<cut])))
      crc.update(Array(bytes[cut...]))
      #expect(crc.checksum == checksum)
    }
  }
}
