internal import CPurSightOpenSSL

/// An incremental SHA-256 (FIPS 180-4) that is a plain value: a copy is a fork of the computation.
///
/// Its state can be stored and taken up again in another process (`serializedState`), which is how
/// a client keeps the running checksum of what it has already sent.
package struct SHA256: Sendable {
  private var state = SHA256_CTX()

  /// Starts the hash of nothing.
  package init() {
    unsafe pursight_sha256_init(&state)
  }

  /// Adds bytes to the message.
  package mutating func update(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe pursight_sha256_update(&state, buffer.baseAddress, buffer.count)
    }
  }

  /// Adds bytes to the message.
  package mutating func update(_ bytes: [UInt8]) {
    update(bytes.span)
  }

  /// Adds one byte to the message.
  package mutating func update(byte: UInt8) {
    unsafe withUnsafeBytes(of: byte) { buffer in
      unsafe pursight_sha256_update(&state, buffer.baseAddress, 1)
    }
  }

  /// Adds the 32 bytes of a digest to the message.
  package mutating func update(_ digest: SHA256Digest) {
    update(digest.bytes.span)
  }

  /// The digest of the message so far; more may be added afterwards.
  package var digest: SHA256Digest {
    var copy = state
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    unsafe withUnsafeMutableBytes(of: &words) { buffer in
      let start = unsafe buffer.bindMemory(to: UInt8.self).baseAddress
      unsafe pursight_sha256_final(&copy, start)
    }
    return SHA256Digest(
      bigEndianWords: (
        UInt64(bigEndian: words.0), UInt64(bigEndian: words.1), UInt64(bigEndian: words.2),
        UInt64(bigEndian: words.3)
      ))
  }

  /// The SHA-256 of some bytes.
  package static func hash(_ bytes: Span<UInt8>) -> SHA256Digest {
    var hasher = SHA256()
    hasher.update(bytes)
    return hasher.digest
  }

  /// The SHA-256 of some bytes.
  package static func hash(_ bytes: [UInt8]) -> SHA256Digest {
    hash(bytes.span)
  }

  /// How many bytes have been hashed so far.
  package var byteCount: UInt64 {
    (UInt64(state.Nh) << 32 | UInt64(state.Nl)) / 8
  }

  /// The state as at most 104 bytes, independent of processor and process: a version byte, the
  /// eight chaining words and the byte count in big-endian order, then the bytes of the unfinished
  /// block. It reveals what `digest` reveals and up to 63 bytes of the message.
  package var serializedState: [UInt8] {
    let words = [
      state.h.0, state.h.1, state.h.2, state.h.3, state.h.4, state.h.5, state.h.6, state.h.7,
    ]
    var bytes: [UInt8] = [Self.stateVersion]
    for word in words {
      for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: byteCount >> shift))
    }
    unsafe withUnsafeBytes(of: state.data) { buffer in
      for index in 0..<Int(state.num) { unsafe bytes.append(buffer[index]) }
    }
    return bytes
  }

  /// Takes up a computation where `serializedState` left it.
  ///
  /// Throws `malformed` when the bytes are not such a state.
  package init(serializedState bytes: [UInt8]) throws(CryptoError) {
    let headerBytes = 41
    guard bytes.count >= headerBytes, bytes[0] == Self.stateVersion else {
      throw CryptoError(.malformed, "These \(bytes.count) bytes are no stored SHA-256 state")
    }
    let total = bytes[33..<41].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let pending = Int(total % 64)
    guard total < 1 << 61, bytes.count == headerBytes + pending else {
      throw CryptoError(.malformed, "A stored SHA-256 state has a byte count that does not fit it")
    }
    self.init()
    func word(_ index: Int) -> UInt32 {
      bytes[(1 + 4 * index)..<(5 + 4 * index)].reduce(0) { $0 << 8 | UInt32($1) }
    }
    state.h = (word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7))
    state.Nl = UInt32(truncatingIfNeeded: total * 8)
    state.Nh = UInt32(truncatingIfNeeded: (total * 8) >> 32)
    state.num = UInt32(pending)
    unsafe withUnsafeMutableBytes(of: &state.data) { buffer in
      for index in 0..<pending { unsafe buffer[index] = bytes[headerBytes + index] }
    }
  }

  /// The version of `serializedState`'s layout.
  private static let stateVersion: UInt8 = 1
}
