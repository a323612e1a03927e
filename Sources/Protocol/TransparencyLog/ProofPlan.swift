package import PurSightCrypto

/// Which stored nodes a proof needs, and how it is made of them.
///
/// The plan is a value without access to any store: read `reads` in one go, then call `proof`.
/// A plan needs at most about 128 hashes for each two levels of the tree.
package struct ProofPlan: Hashable, Sendable {
  /// A complete subtree: 2^height leaves from index·2^height on.
  private struct Subtree: Hashable, Sendable {
    let height: UInt64
    let index: UInt64

    /// The stored nodes that lie directly under the subtree.
    var read: NodeRange {
      let rest = height % UInt64(StoredNode.levelHeight)
      return NodeRange(
        level: Int(height) / StoredNode.levelHeight,
        indexes: (index << rest)..<((index + 1) << rest))
    }
  }

  /// For each hash of the proof the complete subtrees that make it, from left to right.
  private let parts: [[Subtree]]

  /// The node ranges to read.
  package var reads: [NodeRange] { parts.flatMap { $0.map(\.read) } }

  /// The path from a leaf to the root of a tree of some size (RFC 6962 §2.1.1).
  ///
  /// Throws `invalidArgument` unless `index` < `size`.
  package static func inclusion(
    index: UInt64, size: UInt64
  ) throws(TransparencyLogError) -> ProofPlan {
    guard index < size, size <= MerkleTree.maxSize else {
      throw TransparencyLogError(
        .invalidArgument, "The log of \(size) events has no event \(index)")
    }
    var leaves = 0..<size
    var siblings: [Range<UInt64>] = []
    while leaves.count > 1 {
      let middle = leaves.lowerBound + MerkleTree.split(UInt64(leaves.count))
      let left = leaves.lowerBound..<middle
      let right = middle..<leaves.upperBound
      siblings.append(index < middle ? right : left)
      leaves = index < middle ? left : right
    }
    return ProofPlan(parts: siblings.reversed().map(subtrees))
  }

  /// The proof that the tree of one size begins with the tree of a smaller one (RFC 6962 §2.1.2).
  ///
  /// Throws `invalidArgument` unless 0 < `from` <= `to`: everything begins with nothing, so a proof
  /// from size 0 would prove nothing.
  package static func consistency(
    from: UInt64, to size: UInt64
  ) throws(TransparencyLogError) -> ProofPlan {
    guard 0 < from, from <= size, size <= MerkleTree.maxSize else {
      throw TransparencyLogError(
        .invalidArgument, "Consistency needs 0 < from <= to, not from \(from) to \(size)")
    }
    var leaves = 0..<size
    var siblings: [Range<UInt64>] = []
    while from != leaves.upperBound {
      let middle = leaves.lowerBound + MerkleTree.split(UInt64(leaves.count))
      let left = leaves.lowerBound..<middle
      let right = middle..<leaves.upperBound
      siblings.append(from <= middle ? right : left)
      leaves = from <= middle ? left : right
    }
    // The smaller tree's own root is known to the verifier when it is a whole left subtree.
    if leaves.lowerBound != 0 { siblings.append(leaves) }
    return ProofPlan(parts: siblings.reversed().map(subtrees))
  }

  /// The root of a tree of some size, from stored nodes.
  ///
  /// Throws `invalidArgument` for a size beyond the limit or 0, whose root needs no nodes.
  package static func root(size: UInt64) throws(TransparencyLogError) -> ProofPlan {
    guard 0 < size, size <= MerkleTree.maxSize else {
      throw TransparencyLogError(.invalidArgument, "The size \(size) has no stored root")
    }
    return ProofPlan(parts: [subtrees(0..<size)])
  }

  /// Makes the proof of what was read: one list per range of `reads`, in the same order.
  ///
  /// Throws `missing` when a list is not as long as its range: the store lost nodes.
  package func proof(
    reading hashes: [[SHA256Digest]]
  ) throws(TransparencyLogError) -> [SHA256Digest] {
    guard hashes.count == reads.count else {
      throw TransparencyLogError(
        .missing, "The proof needs \(reads.count) node ranges, \(hashes.count) were read")
    }
    var position = 0
    var path: [SHA256Digest] = []
    for subtrees in parts {
      var roots: [SHA256Digest] = []
      for subtree in subtrees {
        let range = subtree.read
        guard hashes[position].count == range.indexes.count else {
          throw TransparencyLogError(
            .missing,
            "Of the nodes \(range.indexes) of level \(range.level) only "
              + "\(hashes[position].count) are stored; the log's index is damaged")
        }
        roots.append(Self.fold(hashes[position]))
        position += 1
      }
      // Right to left: the smaller subtrees on the right hang together first.
      var hash = roots.removeLast()
      for left in roots.reversed() { hash = MerkleTree.nodeHash(left, hash) }
      path.append(hash)
    }
    return path
  }

  /// The root over a power of two of neighbouring nodes.
  private static func fold(_ nodes: [SHA256Digest]) -> SHA256Digest {
    var nodes = nodes
    while nodes.count > 1 {
      nodes = stride(from: 0, to: nodes.count, by: 2).map {
        MerkleTree.nodeHash(nodes[$0], nodes[$0 + 1])
      }
    }
    return nodes[0]
  }

  /// The complete subtrees that make up a range of leaves beginning where a tree may be split.
  private static func subtrees(_ leaves: Range<UInt64>) -> [Subtree] {
    var subtrees: [Subtree] = []
    var start = leaves.lowerBound
    while start < leaves.upperBound {
      let height = UInt64(63 - (leaves.upperBound - start).leadingZeroBitCount)
      subtrees.append(Subtree(height: height, index: start >> height))
      start += 1 << height
    }
    return subtrees
  }
}
