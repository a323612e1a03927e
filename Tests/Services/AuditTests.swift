import PurSightAPI
import PurSightAudit
import PurSightCrypto
import PurSightRPC
import PurSightServiceTestSupport
import PurSightTestSupport
import PurSightTransparencyLog
import Testing

@Suite("Audit", .serialized)
struct AuditTests {
  let key: Ed25519PrivateKey
  let verifier: VerifierKey

  init() throws {
    key = try Ed25519PrivateKey(seed: [UInt8](repeating: 3, count: 32))
    verifier = try VerifierKey(name: "pursight-test", publicKey: key.publicKey)
  }

  func sequencer(_ bench: Bench) -> AuditSequencer {
    AuditSequencer(bench.fixture.kit, key: key, origin: "pursight-test")
  }

  func change(_ bench: Bench, _ number: Int) async throws {
    let _: Source = try await bench.call(
      CatalogServiceMethods.createSource,
      CreateSourceRequest(
        parent: bench.parent, sourceID: "s\(number)", source: Source(kind: .file)))
  }

  @Test func `every event gets one leaf, whatever the number of sequencers`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    let (one, two) = (sequencer(bench), sequencer(bench))
    for number in 0..<30 {
      try await change(bench, number)
      async let first = one.step()
      async let second = two.step()
      _ = try await (first, second)
    }
    while try await one.step() > 0 {}
    let leaves = try bench.fixture.temporary.execute(
      "SELECT concat_ws(' ', count(*), count(DISTINCT event_id), max(leaf_index)) FROM audit_leaf")
    #expect(leaves == ["30 30 29"])
    #expect(try bench.fixture.count("audit_pending") == 0)
    let events = try bench.fixture.temporary.execute(
      "SELECT count(*) FROM audit_event e JOIN audit_leaf l USING (event_id)")
    #expect(events == ["30"])
  }

  @Test func `inclusion and consistency are proven to who has only the key`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    let sequencer = sequencer(bench)
    for number in 0..<5 { try await change(bench, number) }
    try await sequencer.step()
    let early: PurSightAPI.Checkpoint = try await bench.call(
      AuditServiceMethods.getCheckpoint, GetCheckpointRequest())
    for number in 5..<12 { try await change(bench, number) }
    try await sequencer.step()
    let remembered = try SignedCheckpoint(parsing: early.note, key: verifier).checkpoint
    let consistency: PurSightAPI.ConsistencyProof = try await bench.call(
      AuditServiceMethods.getConsistencyProof, GetConsistencyProofRequest(firstSize: early.size))
    for index in 0..<12 {
      let answer: PurSightAPI.InclusionProof = try await bench.call(
        AuditServiceMethods.getInclusionProof, GetInclusionProofRequest(leafIndex: Int64(index)))
      let leaf = try #require(answer.leaf)
      let path = answer.path.compactMap { SHA256Digest(bytes: $0) }
      let note = try #require(answer.checkpoint?.note)
      let proof = AuditProof(
        leaf: leaf.body, index: UInt64(leaf.leafIndex), path: path, checkpointNote: note)
      _ = try proof.verify(
        verifier, remembered: remembered,
        consistency: PurSightTransparencyLog.ConsistencyProof(
          from: UInt64(early.size), to: 12,
          path: consistency.path.compactMap { SHA256Digest(bytes: $0) }))
      var forged = leaf.body
      forged[forged.count - 1] ^= 1
      #expect(throws: TransparencyLogError.self) {
        _ = try AuditProof(
          leaf: forged, index: UInt64(leaf.leafIndex), path: path, checkpointNote: note
        ).verify(verifier)
      }
    }
  }

  @Test func `events are listed newest first, filtered, with the peer's address opened`()
    async throws
  {
    let bench = try Bench()
    defer { bench.end() }
    for number in 0..<4 {
      try await change(bench, number)
      bench.fixture.clock.advance(by: 1000)
    }
    try await bench.dataset("orders")
    try await sequencer(bench).step()
    let all: ListAuditEventsResponse = try await bench.call(
      AuditServiceMethods.listAuditEvents, ListAuditEventsRequest(parent: bench.parent))
    #expect(all.events.map(\.leafIndex) == [4, 3, 2, 1, 0])
    #expect(all.events[0].method == "pursight.v1.IngestionService/CreateDataset")
    #expect(all.events[0].actor == "spiffe://dev/admin")
    #expect(all.events[0].peerAddress == "127.0.0.1:4711")
    let some: ListAuditEventsResponse = try await bench.call(
      AuditServiceMethods.listAuditEvents,
      ListAuditEventsRequest(
        parent: bench.parent, pageSize: 2,
        filter: "method like '%CreateSource' and activity = 'create' and outcome = 0"))
    #expect(some.events.count == 2)
    #expect(!some.nextPageToken.isEmpty)
  }

  @Test func `the address is nowhere in clear, and erased with its key`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    try await change(bench, 0)
    try await sequencer(bench).step()
    let clear = try bench.fixture.temporary.execute(
      "SELECT count(*) FROM audit_event WHERE position('127.0.0.1'::bytea IN body) > 0")
    #expect(clear == ["0"])
    _ = try bench.fixture.temporary.execute("UPDATE subject_key SET wrapped_key = NULL")
    let all: ListAuditEventsResponse = try await bench.call(
      AuditServiceMethods.listAuditEvents, ListAuditEventsRequest(parent: bench.parent))
    #expect(all.events[0].peerAddress == "(erased)")
    let proof: PurSightAPI.InclusionProof = try await bench.call(
      AuditServiceMethods.getInclusionProof, GetInclusionProofRequest(leafIndex: 0))
    #expect(proof.checkpoint?.size == 1)
  }

  @Test func `leaves are streamed as they are stored`() async throws {
    let bench = try Bench()
    defer { bench.end() }
    for number in 0..<3 { try await change(bench, number) }
    try await sequencer(bench).step()
    _ = try bench.fixture.temporary.execute(
      "UPDATE audit_event SET body = body || 'x' WHERE event_id = "
        + "(SELECT event_id FROM audit_leaf WHERE leaf_index = 1)")
    let answers = try await bench.stream(
      AuditServiceMethods.readAuditLeaves, [ReadAuditLeavesRequest()],
      ReadAuditLeavesResponse.self)
    let leaves = answers.flatMap(\.leaves)
    #expect(leaves.map(\.leafIndex) == [0, 1, 2])
    let same = leaves.map { MerkleTree.leafHash($0.body).bytes == $0.leafHash }
    #expect(same == [true, false, true])
  }
}
