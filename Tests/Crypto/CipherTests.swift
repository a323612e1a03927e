import PurSightCrypto
import Testing

@Suite struct `AES-256-GCM` {
  private func key(_ hexadecimal: String) throws -> SymmetricKey {
    try SymmetricKey(bytes: Hexadecimal.decode(hexadecimal))
  }

  /// Test cases 13, 14 and 16 of McGrew and Viega, "The Galois/Counter Mode of Operation".
  @Test(arguments: [
    (
      String(repeating: "00", count: 32), String(repeating: "00", count: 12), "", "",
      "530f8afbc74536b9a963b4f1c4cb738b"
    ),
    (
      String(repeating: "00", count: 32), String(repeating: "00", count: 12),
      String(repeating: "00", count: 16), "",
      "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    ),
    (
      "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
      "cafebabefacedbaddecaf888",
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        + "76fc6ece0f4e1768cddf8853bb2d551b"
    ),
  ])
  func `published cases seal and open`(
    key: String, nonce: String, text: String, additional: String, sealed: String
  ) throws {
    let key = try self.key(key)
    let text = try Hexadecimal.decode(text)
    let additional = try Hexadecimal.decode(additional)
    let box = try AESGCM.seal(
      text, with: key, nonce: Hexadecimal.decode(nonce), authenticating: additional)
    #expect(Hexadecimal.encode(box.ciphertext + box.tag) == sealed)
    let stored = try AESGCM.SealedBox(combined: box.combined)
    #expect(try AESGCM.open(stored, with: key, authenticating: additional) == text)
  }

  @Test func `every changed bit is noticed`() throws {
    let key = try SymmetricKey.generate()
    let combined = try AESGCM.seal([1, 2, 3], with: key, authenticating: [9]).combined
    for index in combined.indices {
      var changed = combined
      changed[index] ^= 0x10
      let box = try AESGCM.SealedBox(combined: changed)
      #expect { try AESGCM.open(box, with: key, authenticating: [9]) } throws: { error in
        (error as? CryptoError)?.code == .authenticationFailed
      }
    }
    let box = try AESGCM.SealedBox(combined: combined)
    #expect(throws: CryptoError.self) { try AESGCM.open(box, with: key, authenticating: [8]) }
    #expect(throws: CryptoError.self) { try AESGCM.open(box, with: .generate()) }
    #expect(try AESGCM.open(box, with: key, authenticating: [9]) == [1, 2, 3])
  }

  @Test func `two boxes of one text differ`() throws {
    let key = try SymmetricKey.generate()
    #expect(try AESGCM.seal([1], with: key).combined != AESGCM.seal([1], with: key).combined)
  }

  @Test func `wrong lengths are refused`() throws {
    let short = try SymmetricKey(bytes: [UInt8](repeating: 1, count: 16))
    #expect(throws: CryptoError.self) { try AESGCM.seal([], with: short) }
    let key = try SymmetricKey.generate()
    #expect(throws: CryptoError.self) { try AESGCM.seal([], with: key, nonce: [1, 2, 3]) }
    #expect(throws: CryptoError.self) {
      try AESGCM.SealedBox(combined: [UInt8](repeating: 0, count: 27))
    }
    let box = AESGCM.SealedBox(
      nonce: [UInt8](repeating: 0, count: 12), ciphertext: [],
      tag: [UInt8](repeating: 0, count: 4))
    #expect(throws: CryptoError.self) { try AESGCM.open(box, with: key) }
    for count in [0, 15, 31, 33] {
      #expect(throws: CryptoError.self) {
        try SymmetricKey(bytes: [UInt8](repeating: 0, count: count))
      }
    }
  }
}

@Suite struct `AES key wrap` {
  /// RFC 3394 §4.1, §4.3 and §4.6.
  @Test(arguments: [
    (16, 16, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"),
    (32, 16, "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"),
    (32, 32, "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"),
  ])
  func `RFC 3394 examples`(wrappingKeyBytes: Int, keyBytes: Int, wrapped: String) throws {
    let wrappingKey = try SymmetricKey(bytes: (0..<wrappingKeyBytes).map { UInt8($0) })
    let data = try Hexadecimal.decode(
      "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")
    let key = try SymmetricKey(bytes: Array(data.prefix(keyBytes)))
    #expect(try Hexadecimal.encode(AESKeyWrap.wrap(key, with: wrappingKey)) == wrapped)
    let bytes = try Hexadecimal.decode(wrapped)
    #expect(try AESKeyWrap.unwrap(bytes, with: wrappingKey).bytes == key.bytes)
    var changed = bytes
    changed[5] ^= 1
    #expect { try AESKeyWrap.unwrap(changed, with: wrappingKey) } throws: { error in
      (error as? CryptoError)?.code == .authenticationFailed
    }
    #expect(throws: CryptoError.self) {
      try AESKeyWrap.unwrap(Array(bytes.dropLast()), with: wrappingKey)
    }
  }
}

@Suite struct `Random bytes` {
  @Test func `they come in the asked number and differ`() throws {
    #expect(try RandomBytes.generate(0).isEmpty)
    let one = try RandomBytes.generate(32)
    #expect(one.count == 32)
    #expect(try one != RandomBytes.generate(32))
    #expect(throws: CryptoError.self) { try RandomBytes.generate(-1) }
    #expect(throws: CryptoError.self) { try RandomBytes.generate(RandomBytes.maxBytes + 1) }
  }
}
