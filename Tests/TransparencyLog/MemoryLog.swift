import PurSightCrypto
import PurSightTransparencyLog

/// A log in memory whose leaves are `event 0`, `event 1` …, stored as a sequencer stores it.
struct MemoryLog {
  var range = CompactRange()
  var bodies: [[UInt8]] = []
  var nodes: [Int: [SHA256Digest]] = [:]
  var roots: [SHA256Digest] = [MerkleTree.emptyRoot]

  init(size: Int) {
    for index in 0..<size { append(Array("event \(index)".utf8)) }
  }

  mutating func append(_ body: [UInt8]) {
    bodies.append(body)
    for node in range.append(MerkleTree.leafHash(body)) {
      precondition(nodes[node.level, default: []].count == Int(node.index))
      nodes[node.level, default: []].append(node.hash)
    }
    roots.append(range.root)
  }

  func read(_ plan: ProofPlan) throws -> [SHA256Digest] {
    try plan.proof(
      reading: plan.reads.map { range in
        Array(
          nodes[range.level, default: []][
            Int(range.indexes.lowerBound)..<Int(range.indexes.upperBound)])
      })
  }

  func inclusion(_ index: Int, _ size: Int) throws -> InclusionProof {
    let plan = try ProofPlan.inclusion(index: UInt64(index), size: UInt64(size))
    return InclusionProof(index: UInt64(index), size: UInt64(size), path: try read(plan))
  }

  func consistency(_ from: Int, _ to: Int) throws -> ConsistencyProof {
    let plan = try ProofPlan.consistency(from: UInt64(from), to: UInt64(to))
    return ConsistencyProof(from: UInt64(from), to: UInt64(to), path: try read(plan))
  }

  func checkpoint(_ size: Int) throws -> Checkpoint {
    try Checkpoint(origin: "test", size: UInt64(size), root: roots[size])
  }
}

/// SHA-256 over all hashes of some paths.
func digest(of paths: [[SHA256Digest]]) -> String {
  var hasher = SHA256()
  for hash in paths.joined() { hasher.update(hash) }
  return hasher.digest.hexadecimal
}
