import PurSightCrypto
import PurSightTransparencyLog
import Testing

@Suite struct `Trees` {
  /// The reference leaves and roots of RFC 6962's implementations.
  static let referenceLeaves = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
  ]
  static let referenceRoots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  @Test func `the reference leaves have the reference roots`() throws {
    var range = CompactRange()
    #expect(range.root.hexadecimal == Self.referenceRoots[0])
    for (index, leaf) in Self.referenceLeaves.enumerated() {
      _ = range.append(MerkleTree.leafHash(try Hexadecimal.decode(leaf)))
      #expect(range.root.hexadecimal == Self.referenceRoots[index + 1])
    }
  }

  @Test func `larger roots are those of the recursive definition`() throws {
    let log = MemoryLog(size: 70_000)
    for (size, root) in LogVectors.roots {
      #expect(log.roots[Int(size)].hexadecimal == root)
      if size > 0 { #expect(try log.read(.root(size: size)).first?.hexadecimal == root) }
    }
    for (index, size, path) in LogVectors.inclusionPaths {
      #expect(digest(of: [try log.inclusion(Int(index), Int(size)).path]) == path)
    }
    for (from, to, path) in LogVectors.consistencyPaths {
      #expect(digest(of: [try log.consistency(Int(from), Int(to)).path]) == path)
    }
    #expect(log.nodes[1]?.count == 70_000 / 256)
    #expect(log.nodes[2]?.count == 1)
  }

  @Test func `a stored frontier goes on where it was`() throws {
    var whole = CompactRange()
    for index in 0..<300 {
      var resumed = try CompactRange(size: whole.size, frontier: whole.frontier)
      let leaf = MerkleTree.leafHash(Array("event \(index)".utf8))
      #expect(resumed.append(leaf) == whole.append(leaf))
      #expect(resumed == whole)
    }
  }

  @Test func `a frontier that does not belong to its size is refused`() {
    let hash = [UInt8](repeating: 0, count: 32)
    for (size, frontier) in [(UInt64(0), hash), (1, []), (3, hash), (1, hash + [0]), (.max, hash)] {
      #expect(throws: TransparencyLogError.self) {
        try CompactRange(size: size, frontier: frontier)
      }
    }
  }

  @Test func `a plan reads at most a few hundred hashes`() throws {
    let plan = try ProofPlan.inclusion(index: 123_456_789, size: 1 << 40)
    #expect(plan.reads.reduce(0) { $0 + $1.indexes.count } == 5 * 255)
    let odd = try ProofPlan.inclusion(index: 5, size: 1 << 40 - 1)
    #expect(odd.reads.allSatisfy { $0.indexes.count <= 128 && $0.level <= 4 })
  }

  @Test func `a store that lost a node is found out`() throws {
    var log = MemoryLog(size: 300)
    let plan = try ProofPlan.inclusion(index: 3, size: 300)
    #expect(throws: TransparencyLogError.self) { try plan.proof(reading: []) }
    log.nodes[0]?.removeLast()
    let lists = plan.reads.map { range in
      Array(
        (log.nodes[range.level] ?? []).dropFirst(Int(range.indexes.lowerBound)).prefix(
          range.indexes.count))
    }
    let error = #expect(throws: TransparencyLogError.self) { try plan.proof(reading: lists) }
    #expect(error?.code == .missing)
  }
}

@Suite struct `Tiles` {
  @Test(arguments: [
    (0, UInt64(0), 256, "tile/0/000"), (0, 1234, 256, "tile/0/x001/234"),
    (1, 1_234_067, 256, "tile/1/x001/x234/067"), (2, 5, 17, "tile/2/005.p/17"),
    (7, 999, 1, "tile/7/999.p/1"), (0, 1000, 255, "tile/0/x001/000.p/255"),
  ])
  func `paths of C2SP tlog-tiles`(level: Int, index: UInt64, width: Int, path: String) throws {
    let tile = try Tile(level: level, index: index, width: width)
    #expect(tile.path == path)
    #expect(try Tile(parsing: path) == tile)
    #expect(tile.nodes.indexes == (index * 256)..<(index * 256 + UInt64(width)))
  }

  @Test(arguments: [
    "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/x000/001", "tile/8/000", "tile/-1/000",
    "tile/00/000", "tile/0/001.p/0", "tile/0/001.p/256", "tile/0/001.p/257", "tile/0/1000",
    "tile/0/x001", "tile/0/001/002", "tile/0/+01", "tile/0/001.p/", "tile/entries/000",
    "tile/0/x999/x999/x999/x999/x999/x999/x999/999", "/tile/0/000", "tile/0/000/", "tile/0/000.p",
  ])
  func `other paths are refused`(path: String) {
    #expect(throws: TransparencyLogError.self) { try Tile(parsing: path) }
  }
}
