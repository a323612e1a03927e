package import PurSightCrypto

/// One hash that the sequencer stores: the root of a complete subtree whose height is a multiple
/// of eight, as in the tiles of C2SP tlog-tiles.
///
/// Level 0 are the leaf hashes; the node (L, i) covers the leaves i·256^L up to (i+1)·256^L. Nodes
/// are written once and never again; a tile is a range of 256 of them.
package struct StoredNode: Hashable, Sendable {
  /// The binary levels between two stored levels.
  package static let levelHeight = 8

  /// The level, 0 for leaves.
  package let level: Int
  /// The position within the level, from the left.
  package let index: UInt64
  /// The subtree's hash.
  package let hash: SHA256Digest

  /// Makes a node.
  package init(level: Int, index: UInt64, hash: SHA256Digest) {
    self.level = level
    self.index = index
    self.hash = hash
  }
}
