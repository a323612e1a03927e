package import PurSightCrypto

/// The proof that a tree of some size holds a leaf at some index (RFC 9162 §2.1.3).
package struct InclusionProof: Hashable, Sendable {
  /// The leaf's position, from 0.
  package let index: UInt64
  /// The size of the tree.
  package let size: UInt64
  /// The sibling hashes from the leaf up.
  package let path: [SHA256Digest]

  /// Makes a proof; only `verify` judges it.
  package init(index: UInt64, size: UInt64, path: [SHA256Digest]) {
    self.index = index
    self.size = size
    self.path = path
  }

  /// The root that a leaf hash and the path lead to.
  ///
  /// Throws `missing` for an index beyond the size, `malformed` for a path of another length than
  /// index and size demand.
  package func root(of leafHash: SHA256Digest) throws(TransparencyLogError) -> SHA256Digest {
    guard index < size else {
      throw TransparencyLogError(.missing, "The log of \(size) events has no event \(index)")
    }
    var node = index
    var last = size - 1
    var hash = leafHash
    for sibling in path {
      guard last > 0 else { throw wrongLength }
      if node & 1 == 1 || node == last {
        hash = MerkleTree.nodeHash(sibling, hash)
        // A node without right sibling moves up unchanged until it is a right child.
        while node & 1 == 0, node != 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        hash = MerkleTree.nodeHash(hash, sibling)
      }
      node >>= 1
      last >>= 1
    }
    guard last == 0 else { throw wrongLength }
    return hash
  }

  /// Checks that the tree with this root holds the leaf.
  ///
  /// Throws `changed` when leaf, path and root do not belong together, and what `root(of:)` throws.
  package func verify(
    leafHash: SHA256Digest, root: SHA256Digest
  ) throws(TransparencyLogError) {
    guard try self.root(of: leafHash) == root else {
      throw TransparencyLogError(
        .changed, "Event \(index) of \(size) is not what was signed at this place of the log")
    }
  }

  private var wrongLength: TransparencyLogError {
    TransparencyLogError(
      .malformed, "A path of \(path.count) hashes does not lead from \(index) to size \(size)")
  }
}
