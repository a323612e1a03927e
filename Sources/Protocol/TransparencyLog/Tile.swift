/// Up to 256 neighbouring stored nodes, under the address of C2SP tlog-tiles.
package struct Tile: Hashable, Sendable {
  /// The number of hashes of a full tile.
  package static let fullWidth = 256
  /// The highest level of a tile that a tree within `MerkleTree.maxSize` has.
  package static let maxLevel = 7

  /// The level, 0 for leaf hashes.
  package let level: Int
  /// The position within the level, from the left.
  package let index: UInt64
  /// How many hashes: 1 to 256.
  package let width: Int

  /// Makes a tile.
  ///
  /// Throws `invalidArgument` for a level, index or width that no tree has.
  package init(level: Int, index: UInt64, width: Int = fullWidth) throws(TransparencyLogError) {
    guard
      (0...Self.maxLevel).contains(level), (1...Self.fullWidth).contains(width),
      index < MerkleTree.maxSize >> 8
    else {
      throw TransparencyLogError(
        .invalidArgument, "There is no tile of level \(level), index \(index), width \(width)")
    }
    self.level = level
    self.index = index
    self.width = width
  }

  /// The stored nodes that it is made of.
  package var nodes: NodeRange {
    let start = index * UInt64(Self.fullWidth)
    return NodeRange(level: level, indexes: start..<(start + UInt64(width)))
  }

  /// The path below the log's address, such as `tile/0/x001/234` or `tile/1/002.p/17`.
  package var path: String {
    var groups = [Self.threeDigits(index % 1000)]
    var rest = index / 1000
    while rest > 0 {
      groups.insert("x" + Self.threeDigits(rest % 1000), at: 0)
      rest /= 1000
    }
    let partial = width == Self.fullWidth ? "" : ".p/\(width)"
    return "tile/\(level)/" + groups.joined(separator: "/") + partial
  }

  /// Reads a path as `path` writes it.
  ///
  /// Throws `malformed` for every other text.
  package init(parsing path: String) throws(TransparencyLogError) {
    var pieces =
      path.utf8.count <= 64 ? path.split(separator: "/", omittingEmptySubsequences: false) : []
    var width = Self.fullWidth
    if pieces.count > 3, pieces[pieces.count - 2].hasSuffix(".p") {
      width = Int(pieces.removeLast()) ?? 0
      pieces[pieces.count - 1].removeLast(2)
    }
    var index: UInt64 = 0
    for piece in pieces.dropFirst(2) {
      guard
        let digits = UInt64(piece.hasPrefix("x") ? piece.dropFirst() : piece), digits < 1000,
        index < MerkleTree.maxSize >> 18
      else { break }
      index = index * 1000 + digits
    }
    guard
      pieces.count > 2, let level = Int(pieces[1]),
      let tile = try? Tile(level: level, index: index, width: width), tile.path == path
    else {
      throw TransparencyLogError(.malformed, "\(path.prefix(64)) is no path of a tile")
    }
    self = tile
  }

  private static func threeDigits(_ number: UInt64) -> String {
    let text = String(number)
    return String(repeating: "0", count: 3 - text.count) + text
  }
}
