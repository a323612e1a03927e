import PurSightCrypto
import Testing

@Suite struct `Ed25519` {
  /// RFC 8032 §7.1, tests 1 to 3.
  @Test(arguments: [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
        + "b46bd25bf5f0595bbe24655141438e7a100b"
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
        + "1d8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
        + "c6594a7c15e9716ed28dc027beceea1ec40a"
    ),
  ])
  func `RFC 8032 examples`(
    seed: String, message: String, publicKey: String, signature: String
  ) throws {
    let key = try Ed25519PrivateKey(seed: Hexadecimal.decode(seed))
    let message = try Hexadecimal.decode(message)
    #expect(Hexadecimal.encode(key.publicKey.bytes) == publicKey)
    #expect(try Hexadecimal.encode(key.sign(message)) == signature)
    #expect(try Hexadecimal.encode(key.seed()) == seed)
    let bytes = try Hexadecimal.decode(signature)
    #expect(key.publicKey.isValid(bytes, for: message))
    #expect(!key.publicKey.isValid(bytes, for: message + [0]))
    #expect(!key.publicKey.isValid(Array(bytes.dropLast()), for: message))
    #expect(try !Ed25519PrivateKey.generate().publicKey.isValid(bytes, for: message))
    for index in [0, 31, 32, 63] {
      var changed = bytes
      changed[index] ^= 1
      #expect(!key.publicKey.isValid(changed, for: message))
    }
  }

  /// The third key of RFC 8032 as Python's `cryptography` writes it.
  @Test func `PEM is what others write and read`() throws {
    let privatePEM = """
      -----BEGIN PRIVATE KEY-----
      MC4CAQAwBQYDK2VwBCIEIMWqjfQ/n4N77bdELzHct7Fm04U1B28JS4XOOi4LRFj3
      -----END PRIVATE KEY-----

      """
    let publicPEM = """
      -----BEGIN PUBLIC KEY-----
      MCowBQYDK2VwAyEA/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=
      -----END PUBLIC KEY-----

      """
    let key = try Ed25519PrivateKey(pem: privatePEM)
    #expect(try key.pem() == privatePEM)
    #expect(try key.publicKey.pem() == publicPEM)
    #expect(try Ed25519PublicKey(pem: publicPEM) == key.publicKey)
  }

  @Test func `text that is no Ed25519 key is refused`() throws {
    for text in ["", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
      #expect(throws: CryptoError.self) { try Ed25519PrivateKey(pem: text) }
      #expect(throws: CryptoError.self) { try Ed25519PublicKey(pem: text) }
    }
    let authority = try CertificateAuthority.generate(
      name: "P-256", validity: .fromNow(seconds: 60))
    let other = try authority.privateKeyPEM()
    #expect { try Ed25519PrivateKey(pem: other) } throws: { error in
      (error as? CryptoError)?.code == .malformed
    }
    #expect(throws: CryptoError.self) { try Ed25519PrivateKey(seed: [1]) }
    #expect(throws: CryptoError.self) { try Ed25519PublicKey(bytes: [1]) }
  }
}
