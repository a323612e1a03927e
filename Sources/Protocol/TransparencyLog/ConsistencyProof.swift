package import PurSightCrypto

/// The proof that a larger tree begins with a smaller one (RFC 9162 §2.1.4).
package struct ConsistencyProof: Hashable, Sendable {
  /// The size of the smaller tree, at least 1.
  package let from: UInt64
  /// The size of the larger tree.
  package let to: UInt64
  /// The node hashes.
  package let path: [SHA256Digest]

  /// Makes a proof; only `verify` judges it.
  package init(from: UInt64, to: UInt64, path: [SHA256Digest]) {
    self.from = from
    self.to = to
    self.path = path
  }

  /// Checks that the tree with the new root begins with the tree with the old one.
  ///
  /// Throws `invalidArgument` for a proof from size 0, `missing` when the log shrank, `malformed`
  /// for a path of the wrong length, `forked` when the roots do not belong together.
  package func verify(
    oldRoot: SHA256Digest, newRoot: SHA256Digest
  ) throws(TransparencyLogError) {
    guard from > 0 else {
      throw TransparencyLogError(.invalidArgument, "A proof from size 0 proves nothing")
    }
    guard from <= to else {
      throw TransparencyLogError(.missing, "The log shrank from \(from) to \(to) events")
    }
    if from == to {
      guard path.isEmpty else { throw wrongLength }
      guard oldRoot == newRoot else { throw forked }
      return
    }
    guard !path.isEmpty else { throw wrongLength }
    // A smaller tree that is one whole subtree is not repeated in the path.
    var nodes = from.nonzeroBitCount == 1 ? [oldRoot] + path : path
    var node = from - 1
    var last = to - 1
    while node & 1 == 1 {
      node >>= 1
      last >>= 1
    }
    let start = nodes.removeFirst()
    var oldHash = start
    var newHash = start
    for sibling in nodes {
      guard last > 0 else { throw wrongLength }
      if node & 1 == 1 || node == last {
        oldHash = MerkleTree.nodeHash(sibling, oldHash)
        newHash = MerkleTree.nodeHash(sibling, newHash)
        while node & 1 == 0, node != 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        newHash = MerkleTree.nodeHash(newHash, sibling)
      }
      node >>= 1
      last >>= 1
    }
    guard last == 0 else { throw wrongLength }
    guard oldHash == oldRoot, newHash == newRoot else { throw forked }
  }

  private var wrongLength: TransparencyLogError {
    TransparencyLogError(
      .malformed, "A path of \(path.count) hashes does not lead from size \(from) to \(to)")
  }

  private var forked: TransparencyLogError {
    TransparencyLogError(
      .forked, "The log of \(to) events does not begin with the \(from) events signed before")
  }
}
