import PurSightCrypto
import Testing

@Suite struct `Base64 and hexadecimal` {
  /// RFC 4648 §10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `RFC 4648 examples`(plain: String, encoded: String) throws {
    let bytes = Array(plain.utf8)
    #expect(Base64.encode(bytes) == encoded)
    #expect(try Base64.decode(encoded) == bytes)
    let withoutPadding = encoded.filter { $0 != "=" }
    #expect(Base64.encode(bytes, .url) == withoutPadding)
    #expect(try Base64.decode(withoutPadding, .url) == bytes)
  }

  @Test func `the alphabets differ in two characters and are not mixed`() throws {
    #expect(Base64.encode([0xFB, 0xEF, 0xFF]) == "++//")
    #expect(Base64.encode([0xFB, 0xEF, 0xFF], .url) == "--__")
    #expect(throws: CryptoError.self) { try Base64.decode("--__") }
    #expect(throws: CryptoError.self) { try Base64.decode("++//", .url) }
  }

  @Test(arguments: [
    "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zg==\n", "Zm9v\r\n", " Zg=", "Zg==Zg==",
    "Zm=v", "Zm9vé",
  ])
  func `text that nobody would write is refused`(text: String) {
    #expect(throws: CryptoError.self) { try Base64.decode(text) }
  }

  @Test(arguments: ["Z", "Zg==", "Zh", "Zm9vA"])
  func `URL text that nobody would write is refused`(text: String) {
    #expect(throws: CryptoError.self) { try Base64.decode(text, .url) }
  }

  @Test func `hexadecimal reads both cases and nothing else`() throws {
    #expect(Hexadecimal.encode([0x00, 0xAF, 0x10]) == "00af10")
    #expect(try Hexadecimal.decode("00aF10") == [0x00, 0xAF, 0x10])
    for text in ["0", "0g", "0x00", "é", "0 "] {
      #expect(throws: CryptoError.self) { try Hexadecimal.decode(text) }
    }
  }
}

@Suite struct `UUIDs` {
  /// RFC 9562 appendix A.6.
  @Test func `the version 7 example of RFC 9562`() throws {
    let example = try UUID(parsing: "017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    #expect(example.version == 7)
    #expect(example.unixMilliseconds == 1_645_557_742_000)
    #expect(example.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    #expect(UUID(bytes: example.bytes) == example)
    #expect(example.bytes.prefix(3) == [0x01, 0x7F, 0x22])
  }

  @Test func `version 7 carries its time and sorts by it`() {
    let time: Int64 = 1_645_557_742_123_456_789
    let made = UUID.version7(unixNanoseconds: time)
    #expect(made.version == 7)
    #expect(made.unixMilliseconds == 1_645_557_742_123)
    #expect(made.low >> 62 == 0b10)
    #expect(made.high & 0xFFF == 1871)  // 0.456789 ms of 4096 steps
    #expect(made < UUID.version7(unixNanoseconds: time + 1000))
    #expect(UUID.version7(unixNanoseconds: -1).unixMilliseconds == 0)
    #expect(UUID.version7(unixNanoseconds: .max).version == 7)
    #expect(UUID.version7(unixNanoseconds: time) != made)
  }

  @Test func `version 4 is random and says so`() {
    let many = Set((0..<100).map { _ in UUID.version4() })
    #expect(many.count == 100)
    #expect(many.allSatisfy { $0.version == 4 && $0.low >> 62 == 0b10 })
    #expect(many.allSatisfy { $0.unixMilliseconds == nil })
  }

  @Test(arguments: [
    "", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
    "017f22e2-79b0-7cc3-98c4_dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c0739-f",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
  ])
  func `other texts are refused`(text: String) {
    #expect(throws: CryptoError.self) { try UUID(parsing: text) }
  }

  @Test func `bytes of another length are no UUID`() {
    #expect(UUID(bytes: [UInt8](repeating: 0, count: 15)) == nil)
    #expect(UUID(bytes: [UInt8](repeating: 0, count: 17)) == nil)
  }
}
