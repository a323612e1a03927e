import PurSightCrypto
import PurSightTransparencyLog
import Testing

@Suite struct `Proofs` {
  private let log = MemoryLog(size: 70)

  @Test func `every inclusion path is that of the recursive definition and verifies`() throws {
    var paths: [[SHA256Digest]] = []
    for size in 1...70 {
      for index in 0..<size {
        let proof = try log.inclusion(index, size)
        try proof.verify(
          leafHash: MerkleTree.leafHash(log.bodies[index]), root: log.roots[size])
        paths.append(proof.path)
      }
    }
    #expect(digest(of: paths) == LogVectors.allInclusionPaths)
  }

  @Test func `every consistency path is that of the recursive definition and verifies`() throws {
    var paths: [[SHA256Digest]] = []
    for to in 1...70 {
      for from in 1...to {
        let proof = try log.consistency(from, to)
        try proof.verify(oldRoot: log.roots[from], newRoot: log.roots[to])
        paths.append(proof.path)
      }
    }
    #expect(digest(of: paths) == LogVectors.allConsistencyPaths)
  }

  /// Wrong variants of a path: a bit changed, a hash dropped, doubled or added at either end.
  private func spoiled(_ path: [SHA256Digest]) -> [[SHA256Digest]] {
    var variants: [[SHA256Digest]] = [[MerkleTree.emptyRoot] + path, path + [MerkleTree.emptyRoot]]
    for index in path.indices {
      var bytes = path[index].bytes
      bytes[index % 32] ^= 0x40
      var changed = path
      changed[index] = SHA256Digest(bytes: bytes) ?? MerkleTree.emptyRoot
      var shorter = path
      shorter.remove(at: index)
      variants += [changed, shorter, path + [path[index]]]
    }
    if path.count > 1, Set(path).count > 1 { variants.append(path.reversed()) }
    return variants
  }

  @Test func `no spoiled inclusion proof verifies`() throws {
    for size in 1...20 {
      for index in 0..<size {
        let leaf = MerkleTree.leafHash(log.bodies[index])
        let path = try log.inclusion(index, size).path
        for wrong in spoiled(path) {
          #expect(throws: TransparencyLogError.self) {
            try InclusionProof(index: UInt64(index), size: UInt64(size), path: wrong)
              .verify(leafHash: leaf, root: log.roots[size])
          }
        }
        for other in 0..<size where other != index {
          #expect(throws: TransparencyLogError.self) {
            try InclusionProof(index: UInt64(other), size: UInt64(size), path: path)
              .verify(leafHash: leaf, root: log.roots[size])
          }
        }
        let proof = InclusionProof(index: UInt64(index), size: UInt64(size), path: path)
        let changed = #expect(throws: TransparencyLogError.self) {
          try proof.verify(leafHash: MerkleTree.leafHash([1]), root: log.roots[size])
        }
        #expect(changed?.code == .changed)
      }
    }
  }

  @Test func `no spoiled consistency proof verifies`() throws {
    for to in 1...20 {
      for from in 1...to {
        let path = try log.consistency(from, to).path
        for wrong in spoiled(path) {
          #expect(throws: TransparencyLogError.self) {
            try ConsistencyProof(from: UInt64(from), to: UInt64(to), path: wrong)
              .verify(oldRoot: log.roots[from], newRoot: log.roots[to])
          }
        }
        let proof = ConsistencyProof(from: UInt64(from), to: UInt64(to), path: path)
        for (old, new) in [
          (MerkleTree.emptyRoot, log.roots[to]), (log.roots[from], MerkleTree.emptyRoot),
        ] {
          let error = #expect(throws: TransparencyLogError.self) {
            try proof.verify(oldRoot: old, newRoot: new)
          }
          #expect(error?.code == .forked)
        }
      }
    }
  }

  @Test func `proofs outside the tree are refused`() throws {
    #expect(throws: TransparencyLogError.self) { try ProofPlan.inclusion(index: 5, size: 5) }
    #expect(throws: TransparencyLogError.self) { try ProofPlan.inclusion(index: 0, size: 0) }
    #expect(throws: TransparencyLogError.self) { try ProofPlan.inclusion(index: 0, size: .max) }
    #expect(throws: TransparencyLogError.self) { try ProofPlan.consistency(from: 0, to: 5) }
    #expect(throws: TransparencyLogError.self) { try ProofPlan.consistency(from: 6, to: 5) }
    #expect(throws: TransparencyLogError.self) { try ProofPlan.root(size: 0) }
    #expect(throws: TransparencyLogError.self) {
      try InclusionProof(index: 3, size: 3, path: []).verify(
        leafHash: MerkleTree.emptyRoot, root: MerkleTree.emptyRoot)
    }
  }

  @Test func `a proof from size 0 is an error, and a shrunk log is missing events`() throws {
    let zero = #expect(throws: TransparencyLogError.self) {
      try ConsistencyProof(from: 0, to: 5, path: []).verify(
        oldRoot: log.roots[0], newRoot: log.roots[5])
    }
    #expect(zero?.code == .invalidArgument)
    let shrunk = #expect(throws: TransparencyLogError.self) {
      try ConsistencyProof(from: 6, to: 5, path: []).verify(
        oldRoot: log.roots[6], newRoot: log.roots[5])
    }
    #expect(shrunk?.code == .missing)
  }
}
