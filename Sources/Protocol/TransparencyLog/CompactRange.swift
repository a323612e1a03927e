package import PurSightCrypto

/// A growing log reduced to what appending and the root need: the hashes of the complete subtrees
/// that make it up, at most 62 of them.
package struct CompactRange: Hashable, Sendable {
  /// The number of leaves so far.
  package private(set) var size: UInt64 = 0
  /// One hash per set bit of `size`, the largest subtree first.
  private var hashes: [SHA256Digest] = []

  /// Makes an empty log.
  package init() {}

  /// Takes up a log from the bytes of `frontier`.
  ///
  /// Throws `malformed` when their count does not belong to the size.
  package init(size: UInt64, frontier: [UInt8]) throws(TransparencyLogError) {
    guard
      size <= MerkleTree.maxSize,
      frontier.count == size.nonzeroBitCount * SHA256Digest.byteCount
    else {
      throw TransparencyLogError(
        .malformed, "A frontier of \(frontier.count) bytes does not belong to the size \(size)")
    }
    self.size = size
    hashes = stride(from: 0, to: frontier.count, by: SHA256Digest.byteCount).compactMap {
      SHA256Digest(bytes: frontier[$0..<($0 + SHA256Digest.byteCount)])
    }
  }

  /// The subtree hashes one after the other, the largest subtree first.
  package var frontier: [UInt8] { hashes.flatMap(\.bytes) }

  /// Appends a leaf and answers the nodes to store that are complete now: the leaf itself, and one
  /// of each higher level whose last leaf this is.
  package mutating func append(_ leafHash: SHA256Digest) -> [StoredNode] {
    precondition(size < MerkleTree.maxSize, "a log never reaches 2^62 leaves")
    var completed = [StoredNode(level: 0, index: size, hash: leafHash)]
    var hash = leafHash
    var height = 0
    while size >> UInt64(height) & 1 == 1 {
      hash = MerkleTree.nodeHash(hashes.removeLast(), hash)
      height += 1
      if height.isMultiple(of: StoredNode.levelHeight) {
        completed.append(
          StoredNode(
            level: height / StoredNode.levelHeight, index: size >> UInt64(height), hash: hash))
      }
    }
    hashes.append(hash)
    size += 1
    return completed
  }

  /// The root over all leaves so far.
  package var root: SHA256Digest {
    guard var root = hashes.last else { return MerkleTree.emptyRoot }
    for hash in hashes.dropLast().reversed() { root = MerkleTree.nodeHash(hash, root) }
    return root
  }
}
