package import PurSightCrypto

/// The hashes of RFC 6962 §2.1: leaves and nodes are told apart by their first byte, so that no
/// leaf can pass for a node.
package enum MerkleTree {
  /// The most leaves that a tree may have; keeps index arithmetic away from overflow.
  package static let maxSize: UInt64 = 1 << 62

  /// The root of the tree without leaves: the SHA-256 of nothing.
  package static let emptyRoot = SHA256.hash([])

  /// The hash of a leaf: SHA-256(0x00 ‖ body).
  package static func leafHash(_ body: [UInt8]) -> SHA256Digest {
    var hasher = SHA256()
    hasher.update(byte: 0)
    hasher.update(body)
    return hasher.digest
  }

  /// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
  package static func nodeHash(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
    var hasher = SHA256()
    hasher.update(byte: 1)
    hasher.update(left)
    hasher.update(right)
    return hasher.digest
  }

  /// The largest power of two below a size of at least two: where RFC 6962 splits a tree.
  static func split(_ size: UInt64) -> UInt64 {
    1 << (63 - (size - 1).leadingZeroBitCount)
  }
}
