/// The 32 bytes that SHA-256 answers (FIPS 180-4), as a value without an allocation.
///
/// Also the node type of the transparency log. Equality is not constant-time: a digest is not a
/// secret; compare authentication codes with `constantTimeEqual`.
package struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
  /// The length of every digest, in bytes.
  package static let byteCount = 32

  private var words: (UInt64, UInt64, UInt64, UInt64)

  /// Makes a digest from exactly 32 bytes; nil for any other count.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var words: [UInt64] = [0, 0, 0, 0]
    for (position, byte) in bytes.enumerated() {
      words[position / 8] = words[position / 8] << 8 | UInt64(byte)
    }
    self.words = (words[0], words[1], words[2], words[3])
  }

  /// Makes a digest from 64 hexadecimal digits.
  ///
  /// Throws `malformed` for other characters or another length.
  package init(hexadecimal text: String) throws(CryptoError) {
    guard let digest = SHA256Digest(bytes: try Hexadecimal.decode(text)) else {
      throw CryptoError(.malformed, "A SHA-256 digest has 64 hexadecimal digits, not \(text.count)")
    }
    self = digest
  }

  init(bigEndianWords words: (UInt64, UInt64, UInt64, UInt64)) {
    self.words = words
  }

  /// The 32 bytes in the order in which the algorithm writes them.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    for word in [words.0, words.1, words.2, words.3] {
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return bytes
  }

  /// The digest as 64 lower-case hexadecimal digits.
  package var hexadecimal: String { Hexadecimal.encode(bytes) }

  package var description: String { hexadecimal }

  package static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
    left.words == right.words
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}
