import PurSightGovernance
import PurSightStorage
import Testing

extension StorageRoom {
  @Suite struct RequestAnswerTests {
    static let id = "0190b5a2-7c1d-7a3e-9f00-1c2d3e4f5a6b"

    private func key(
      _ answer: [UInt8], request: [UInt8] = [1], method: String = "m"
    ) -> RequestKey {
      RequestKey(id: Self.id, method: method, request: request, answer: answer)
    }

    private func unit(_ fixture: StorageFixture, _ key: RequestKey, _ slug: String) -> UnitOfWork {
      var unit = fixture.unit()
      unit.requestKey = key
      unit.add(fixture.source(slug))
      unit.audit(AuditRecord(.create))
      return unit
    }

    @Test func `a repeated request gets the first answer and does nothing`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      let first = try await fixture.storage.commit(unit(fixture, key([10]), "a"))
      #expect(first.replayedAnswer == nil)
      let second = try await fixture.storage.commit(unit(fixture, key([20]), "b"))
      #expect(second.replayedAnswer == [10])
      #expect(second.eventID == nil)
      #expect(try fixture.count("source") == 1)
      #expect(
        try await fixture.storage.answer(to: key([]), fixture.scope, fixture.actor) == [10])
    }

    @Test(arguments: ["request", "method", "principal"])
    func `the same id for something else is refused`(_ difference: String) async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      _ = try await fixture.storage.commit(unit(fixture, key([10]), "a"))
      let other = key(
        [], request: difference == "request" ? [2] : [1],
        method: difference == "method" ? "n" : "m")
      let actor = Actor(
        principal: difference == "principal" ? "spiffe://dev/other" : fixture.actor.principal,
        peerAddress: "", method: "m", requestID: "")
      let code = await storageCode {
        _ = try await fixture.storage.answer(to: other, fixture.scope, actor)
      }
      #expect(code == .requestReused)
      var repeated = UnitOfWork(fixture.scope, actor, at: fixture.clock.now)
      repeated.requestKey = other
      repeated.audit(AuditRecord(.create))
      let commit = repeated
      #expect(
        await storageCode { _ = try await fixture.storage.commit(commit) } == .requestReused)
    }

    @Test func `of two at once one does it and both have its answer`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      let answers = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
        for number in 0..<8 {
          let unit = unit(fixture, key([UInt8(number)]), "source-\(number)")
          group.addTask { try await fixture.storage.commit(unit).replayedAnswer }
        }
        var answers: [[UInt8]?] = []
        for try await answer in group { answers.append(answer) }
        return answers
      }
      #expect(answers.filter { $0 == nil }.count == 1)
      #expect(Set(answers.compactMap { $0 }).count == 1)
      #expect(try fixture.count("source") == 1)
    }

    @Test func `after 24 hours an id is free again, and its answer is purged`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      _ = try await fixture.storage.commit(unit(fixture, key([10]), "a"))
      fixture.clock.advance(by: 24 * 3600 * 1_000_000)
      #expect(
        try await fixture.storage.answer(to: key([]), fixture.scope, fixture.actor) == [10])
      #expect(try await fixture.storage.purgeRequestAnswers() == 0)
      fixture.clock.advance(by: 1)
      #expect(try await fixture.storage.answer(to: key([]), fixture.scope, fixture.actor) == nil)
      let again = try await fixture.storage.commit(unit(fixture, key([30]), "b"))
      #expect(again.replayedAnswer == nil)
      fixture.clock.advance(by: 25 * 3600 * 1_000_000)
      #expect(try await fixture.storage.purgeRequestAnswers() == 1)
    }

    @Test func `an id that is no UUID is refused`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      let key = RequestKey(id: "42", method: "m", request: [])
      let code = await storageCode {
        _ = try await fixture.storage.answer(to: key, fixture.scope, fixture.actor)
      }
      #expect(code == .invalid)
    }
  }
}
