import PurSightCrypto
import PurSightTransparencyLog
import Testing

@Suite struct `Replaying a log` {
  private let log = MemoryLog(size: 31)

  private func entries() -> [(index: Int, body: [UInt8]?, hash: SHA256Digest?)] {
    log.bodies.enumerated().map { ($0.offset, $0.element, MerkleTree.leafHash($0.element)) }
  }

  private func replay(
    _ entries: [(index: Int, body: [UInt8]?, hash: SHA256Digest?)], at sizes: [Int] = [9, 20, 31],
    remembered: [Checkpoint] = [], minimumIndex: UInt64 = 0
  ) throws -> LogReport {
    var verifier = try LogVerifier(
      checkpoints: sizes.map(log.checkpoint) + remembered, minimumIndex: minimumIndex)
    for entry in entries {
      try verifier.consume(
        index: UInt64(entry.index), body: entry.body, storedLeafHash: entry.hash)
    }
    return verifier.finish()
  }

  @Test func `an untouched log is intact, with and without stored hashes`() throws {
    let report = try replay(entries())
    #expect(report.isIntact)
    #expect(report.provenSize == 31)
    try report.requireIntact()
    #expect(try replay(entries().map { ($0.index, $0.body, nil) }).isIntact)
    #expect(try replay(entries(), at: [31]).isIntact)
  }

  @Test func `a changed event is named, wherever it is`() throws {
    for index in 0..<31 {
      var forged = entries()
      forged[index].body = Array("forged".utf8)
      let report = try replay(forged)
      #expect(report.findings == [.changed(UInt64(index))])
      let error = #expect(throws: TransparencyLogError.self) { try report.requireIntact() }
      #expect(error?.code == .changed)
      #expect(error?.message == "event \(index) of 31 was CHANGED after it was signed")
    }
  }

  @Test func `a forger who changes the stored hash too is enclosed by checkpoints`() throws {
    var forged = entries()
    forged[12] = (12, [0], MerkleTree.leafHash([0]))
    #expect(try replay(forged).findings == [.changedWithin(9..<20)])
    #expect(try replay(forged, at: [12, 13, 31]).findings == [.changed(12)])
    #expect(try replay(forged, at: [31]).findings == [.changedWithin(0..<31)])
    #expect(
      try replay(forged.map { ($0.index, $0.body, nil) }).findings == [.changedWithin(9..<20)])
  }

  @Test func `a changed stored hash alone does not blame the event`() throws {
    var forged = entries()
    forged[12].hash = MerkleTree.emptyRoot
    #expect(try replay(forged).findings == [.leafHashChanged(12)])
  }

  @Test func `two swapped events are both named`() throws {
    var forged = entries()
    (forged[3].body, forged[4].body) = (forged[4].body, forged[3].body)
    #expect(try replay(forged).findings == [.changed(3), .changed(4)])
  }

  @Test func `missing events are named: first, middle, last, body only`() throws {
    for range in [0..<1, 12..<15, 30..<31] {
      var forged = entries()
      forged.removeSubrange(range)
      let report = try replay(forged)
      #expect(
        report.findings.first == .missing(UInt64(range.lowerBound)..<UInt64(range.upperBound)))
      let error = #expect(throws: TransparencyLogError.self) { try report.requireIntact() }
      #expect(error?.code == .missing)
    }
    var forged = entries()
    forged[12].body = nil
    let report = try replay(forged)
    #expect(report.findings == [.missing(12..<13)])
    #expect(report.provenSize == 31)
    #expect(try replay([]).findings == [.missing(0..<31)])
  }

  @Test func `what retention dropped may be gone, what it kept may not`() throws {
    var dropped = entries()
    for index in 0..<5 { dropped[index].body = nil }
    #expect(try replay(dropped, minimumIndex: 5).isIntact)
    #expect(try replay(dropped, minimumIndex: 4).findings == [.missing(4..<5)])
    dropped[2].hash = nil
    #expect(try !replay(dropped, minimumIndex: 5).isIntact)
  }

  @Test func `an inserted event shifts the rest and does not pass`() throws {
    var forged = entries()
    forged.insert((12, Array("inserted".utf8), nil), at: 12)
    for index in 13..<32 { forged[index].index = index }
    #expect(try !replay(forged).isIntact)
  }

  @Test func `events beyond the checkpoint are not signed yet and passed over`() throws {
    #expect(try replay(entries() + [(31, [1], nil), (40, [2], nil)]).isIntact)
  }

  @Test func `history rewritten and signed again contradicts what was remembered`() throws {
    var other = MemoryLog(size: 5)
    for index in 5..<15 { other.append(Array("other \(index)".utf8)) }
    let report = try replay(entries(), remembered: [other.checkpoint(15)])
    #expect(report.findings == [.forked(15)])
    let error = #expect(throws: TransparencyLogError.self) { try report.requireIntact() }
    #expect(error?.code == .forked)
    let same = #expect(throws: TransparencyLogError.self) {
      try LogVerifier(checkpoints: [log.checkpoint(15), other.checkpoint(15)])
    }
    #expect(same?.code == .forked)
  }

  @Test func `a server that forgot the newest events is found by what was remembered`() throws {
    var verifier = try LogVerifier(checkpoints: [log.checkpoint(20), log.checkpoint(31)])
    for entry in entries().prefix(20) {
      try verifier.consume(
        index: UInt64(entry.index), body: entry.body, storedLeafHash: entry.hash)
    }
    let report = verifier.finish()
    #expect(report.findings == [.missing(20..<31)])
    #expect(report.provenSize == 20)
  }

  @Test func `events out of order, checkpoints of two logs and no checkpoint are refused`() throws {
    var verifier = try LogVerifier(checkpoints: [log.checkpoint(31)])
    try verifier.consume(index: 0, body: [], storedLeafHash: nil)
    #expect(throws: TransparencyLogError.self) {
      try verifier.consume(index: 0, body: [], storedLeafHash: nil)
    }
    #expect(throws: TransparencyLogError.self) { try LogVerifier(checkpoints: []) }
    let stranger = try Checkpoint(origin: "other", size: 31, root: log.roots[31])
    #expect(throws: TransparencyLogError.self) {
      try LogVerifier(checkpoints: [log.checkpoint(31), stranger])
    }
  }

  @Test func `an empty log is intact`() throws {
    #expect(try replay([], at: [0]).isIntact)
  }

  @Test func `differences beyond the limit are counted`() throws {
    let count = LogVerifier.maxDifferences + 7
    let long = MemoryLog(size: count)
    var verifier = try LogVerifier(checkpoints: [long.checkpoint(count)])
    for (index, body) in long.bodies.enumerated() {
      try verifier.consume(
        index: UInt64(index), body: [], storedLeafHash: MerkleTree.leafHash(body))
    }
    let report = verifier.finish()
    #expect(report.findings.count == LogVerifier.maxDifferences)
    #expect(report.unlistedDifferences == 7)
  }
}
