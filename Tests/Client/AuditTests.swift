import PurSightAPI
import PurSightCrypto
import PurSightNet
import PurSightRPC
import PurSightServerTransport
import PurSightTransparencyLog
import Synchronization
import Testing

@testable import PurSightClient

/// A log in the hands of a server that is not to be trusted.
@Suite struct AuditTests {
  /// Serves a log as it is, or as it was made to look.
  final class Log: Sendable {
    struct State: Sendable {
      var bodies: [[UInt8]] = []
      var stored: [SHA256Digest] = []
      var range = CompactRange()
      var note = ""
    }

    let state = Mutex(State())
    let key: Ed25519PrivateKey
    let verifierKey: String

    init(_ count: Int) throws {
      key = try .generate()
      verifierKey = try PurSightTransparencyLog.VerifierKey(
        name: "test-log", publicKey: key.publicKey
      )
      .description
      try append(count)
    }

    func append(_ count: Int) throws {
      try state.withLock { state in
        for _ in 0..<count {
          let body = try Self.leaf(state.bodies.count).encoded()
          state.bodies.append(body)
          state.stored.append(MerkleTree.leafHash(body))
          _ = state.range.append(MerkleTree.leafHash(body))
        }
        state.note = try PurSightTransparencyLog.Checkpoint(
          origin: "test-log", size: state.range.size, root: state.range.root
        ).signed(with: key, unixSeconds: 1_766_000_000).note
      }
    }

    static func id(_ index: Int) -> String {
      UUID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 | UInt64(index)).description
    }

    static func leaf(_ index: Int) throws -> PurSightTransparencyLog.AuditLeaf {
      PurSightTransparencyLog.AuditLeaf(
        eventID: try UUID(parsing: id(index)), project: "default", time: 1_766_000_000_000_000,
        actor: AuditActor(kind: .service, principal: "spiffe://test/a"),
        call: AuditCall(service: "pursight.v1.CatalogService", method: "CreateSource"),
        activity: .create)
    }

    var router: Router {
      var router = Router()
      router.add(AuditServiceMethods.listAuditEvents) { context in
        let _: ListAuditEventsRequest = try await context.call.onlyMessage()
        context.call.reply(ListAuditEventsResponse())
      }
      router.add(AuditServiceMethods.getCheckpoint) { context in
        let _: GetCheckpointRequest = try await context.call.onlyMessage()
        context.call.reply(PurSightAPI.Checkpoint(note: self.state.withLock { $0.note }))
      }
      router.add(AuditServiceMethods.readAuditLeaves) { context in
        let request: ReadAuditLeavesRequest = try await context.call.onlyMessage()
        let state = self.state.withLock { $0 }
        let responses = ResponseWriter<ReadAuditLeavesResponse>(context.call)
        for index in Int(request.startIndex)..<min(Int(request.endIndex), state.bodies.count)
        where !state.bodies[index].isEmpty {
          try await responses.write(
            ReadAuditLeavesResponse(leaves: [
              AuditLeaf(
                leafIndex: Int64(index), body: state.bodies[index],
                leafHash: state.stored[index].bytes)
            ]))
        }
      }
      // Of a log of two, the proof of one leaf is the other's hash (RFC 6962 section 2.1.1).
      router.add(AuditServiceMethods.getInclusionProof) { context in
        let _: GetInclusionProofRequest = try await context.call.onlyMessage()
        let state = self.state.withLock { $0 }
        context.call.reply(
          PurSightAPI.InclusionProof(
            leaf: AuditLeaf(
              leafIndex: 1, body: state.bodies[1], leafHash: state.stored[1].bytes),
            path: [state.stored[0].bytes], checkpoint: PurSightAPI.Checkpoint(note: state.note)))
      }
      return router
    }
  }

  private func withLog(_ log: Log, _ body: (Audit) async throws -> Void) async throws {
    let group = try EventLoopGroup(count: 1, name: "log")
    let server = await Server(.patient, on: group)
    let address = try await server.listen(at: .loopback(port: 0), router: log.router)
    var options = ConnectOptions()
    options.address = "127.0.0.1:\(address.port)"
    options.plaintext = true
    options.configurationFile = "/nonexistent/config.json"
    let pursight = try await PurSight.connect(options)
    do {
      try await body(pursight.audit)
    } catch {
      Testing.Issue.record(error)
    }
    await pursight.close()
    await server.drain(grace: .zero)
    group.stop()
  }

  @Test func `a log that is as it was signed is intact`() async throws {
    let log = try Log(300)
    try await withLog(log) { audit in
      let key = try PurSightClient.VerifierKey(log.verifierKey)
      let report = try await audit.verify(key)
      #expect(report.isIntact)
      #expect(report.size == 300)
      #expect(report.checkpoint.signedAt?.seconds == 1_766_000_000)
      #expect(
        report.checkpoint.keyName
          == log.verifierKey.split(separator: "+").prefix(2).joined(separator: "+"))
      try report.requireIntact()
    }
  }

  @Test func `a changed event is named by place and id`() async throws {
    let log = try Log(31)
    try log.state.withLock { state in
      var leaf = try PurSightTransparencyLog.AuditLeaf(decoding: state.bodies[12])
      leaf.actor.principal = "spiffe://test/somebody-else"
      state.bodies[12] = try leaf.encoded()
    }
    try await withLog(log) { audit in
      let report = try await audit.verify(PurSightClient.VerifierKey(log.verifierKey))
      #expect(!report.isIntact)
      #expect(report.problems.map(\.kind) == [.changed])
      #expect(report.problems.first?.indexes == 12..<13)
      #expect(report.problems.first?.eventID == Log.id(12))
      #expect(
        report.problems.first?.description == "event 12 of 31 was CHANGED after it was signed")
      let error = #expect(throws: PurSightError.self) { try report.requireIntact() }
      #expect(error?.reason == "CHANGED")
    }
  }

  @Test func `an event that is gone is missing`() async throws {
    let log = try Log(31)
    log.state.withLock { $0.bodies[7] = [] }
    try await withLog(log) { audit in
      let report = try await audit.verify(PurSightClient.VerifierKey(log.verifierKey))
      #expect(report.problems.first?.kind == .missing)
      #expect(report.problems.first?.indexes == 7..<8)
    }
  }

  @Test func `a log that was shortened or rewritten since is refused by memory`() async throws {
    let memory = try TemporaryFile("checkpoints.json", "[]")
    let store = FileCheckpointStore(memory.path)
    let log = try Log(20)
    let key = try PurSightClient.VerifierKey(log.verifierKey)
    try await withLog(log) { audit in
      #expect(try await audit.verify(key, remembering: store).isIntact)
      try log.append(5)
      #expect(try await audit.verify(key, remembering: store).isIntact)
      #expect(try store.notes().count == 2)
      log.state.withLock { $0 = .init() }
      try log.append(10)
      let shorter = try await audit.verify(key, remembering: store)
      #expect(!shorter.isIntact)
      #expect(shorter.problems.contains { $0.kind == .missing })
    }
  }

  @Test func `a memory that other logs share does not get in the way`() async throws {
    let memory = try TemporaryFile("checkpoints.json", "[]")
    let store = FileCheckpointStore(memory.path)
    let (first, second) = (try Log(20), try Log(5))
    for log in [first, second, first] {
      try await withLog(log) { audit in
        let key = try PurSightClient.VerifierKey(log.verifierKey)
        #expect(try await audit.verify(key, remembering: store).isIntact)
      }
    }
    #expect(try store.notes().count == 2)
  }

  @Test func `a log that somebody else has signed is not believed`() async throws {
    let log = try Log(3)
    let other = try Log(1)
    try await withLog(log) { audit in
      let key = try PurSightClient.VerifierKey(other.verifierKey)
      let error = await #expect(throws: PurSightError.self) { _ = try await audit.verify(key) }
      #expect(error?.reason == "UNTRUSTED")
    }
  }

  @Test func `a proof holds without any server, and not for another event`() async throws {
    let log = try Log(2)
    let key = try PurSightClient.VerifierKey(log.verifierKey)
    try await withLog(log) { audit in
      let proof = try await audit.proof(of: Log.id(1))
      let kept = try PurSightClient.AuditProof(fileText: proof.fileText)
      #expect(try kept.verify(key).size == 2)
      let event = try kept.event()
      #expect(event.id == Log.id(1))
      #expect(event.activity == "create")
      #expect(event.actor == "spiffe://test/a")
      #expect(event.method == "pursight.v1.CatalogService/CreateSource")
      log.state.withLock { $0.bodies[1] = $0.bodies[0] }
      let forged = try await audit.proof(of: Log.id(1))
      let error = #expect(throws: PurSightError.self) { try forged.verify(key) }
      #expect(["CHANGED", "MISSING"].contains(error?.reason))
    }
  }
}
