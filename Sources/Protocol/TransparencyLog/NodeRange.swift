/// Neighbouring stored nodes of one level, to be read in order of their index.
package struct NodeRange: Hashable, Sendable {
  /// The level, 0 for leaves.
  package let level: Int
  /// The positions within the level; never empty, at most 128 in a plan, 256 in a tile.
  package let indexes: Range<UInt64>

  /// Makes a range.
  package init(level: Int, indexes: Range<UInt64>) {
    self.level = level
    self.indexes = indexes
  }
}
