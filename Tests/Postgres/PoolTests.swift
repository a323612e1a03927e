internal import PurSightPostgres
internal import PurSightTestSupport
internal import Testing

@Suite struct PoolTests {
  @Test func `a pool gives out its connections and no more`() async throws {
    let harness = try Harness(loops: 1) {
      $0.connectionsPerLoop = 3
      $0.waitLimit = .seconds(2)
    }
    let database = harness.database
    var transactions: [PostgresTransaction] = []
    for _ in 0..<3 {
      let transaction = try await database.begin(.project(1))
      _ = try await transaction.query("SELECT 1")
      transactions.append(transaction)
    }
    #expect(database.counters.pooled == 3)
    #expect(database.counters.inUse == 3)
    #expect(
      await code { () throws(PostgresError) in _ = try await database.begin(.project(1)) } == .busy)
    transactions.removeLast()
    let again = try await database.begin(.project(1))
    _ = try await again.query("SELECT 1")
    #expect(database.counters.connects == 3)
    await database.shutDown()
    #expect(database.counters.pooled == 0)
  }

  @Test func `twice the pool may wait, one more is told busy at once`() async throws {
    let harness = try Harness(loops: 1) {
      $0.connectionsPerLoop = 2
      $0.waitLimit = .seconds(60)
    }
    let database = harness.database
    let first = try await database.begin(.project(1))
    let second = try await database.begin(.project(1))
    let codes = await withTaskGroup(of: PostgresError.Code?.self) { group in
      for _ in 0..<4 {
        group.addTask {
          await code { () throws(PostgresError) in _ = try await database.begin(.project(1)) }
        }
      }
      await harness.wait { database.counters.waiting == 4 }
      let fifth = await code { () throws(PostgresError) in _ = try await database.begin(.project(1))
      }
      #expect(fifth == .busy)
      first.rollback()
      second.rollback()
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(codes == [nil, nil, nil, nil])
    #expect(database.counters.busy == 1)
    await database.shutDown()
  }

  @Test func `a waiter's deadline and cancellation end its wait`() async throws {
    let harness = try Harness(loops: 1) {
      $0.connectionsPerLoop = 1
      $0.waitLimit = .seconds(60)
    }
    let database = harness.database
    let held = try await database.begin(.project(1))
    let options = PostgresTransactionOptions(
      deadline: ContinuousClock.now.advanced(by: .milliseconds(40)))
    #expect(
      await code { () throws(PostgresError) in
        _ = try await database.begin(.project(1), options)
      } == .deadlineExceeded)
    let task = Task {
      await code { () throws(PostgresError) in _ = try await database.begin(.project(1)) }
    }
    await harness.wait { database.counters.waiting == 1 }
    task.cancel()
    #expect(await task.value == .cancelled)
    #expect(database.counters.waiting == 0)
    held.rollback()
    await database.shutDown()
  }

  @Test func `a server that is not there is unavailable, in time`() async throws {
    let harness = try Harness(loops: 1) {
      $0.connection = "host=/nonexistent dbname=x"
      $0.reconnectLimit = .milliseconds(100)
      $0.waitLimit = .milliseconds(100)
    }
    let database = harness.database
    #expect(
      await code { () throws(PostgresError) in _ = try await database.read(.none, "SELECT 1") }
        == .unavailable)
    let error = await #expect(throws: PostgresError.self) { try await database.begin(.none) }
    #expect(error?.code == .unavailable)
    #expect(error?.isRetryable == true)
    #expect(error?.message.contains("/nonexistent") == true)
    if case .serving = await database.health(within: .milliseconds(50)) {
      Issue.record("a server that is not there is healthy")
    }
    await database.shutDown()
  }

  @Test func `a healthy server tells its version`() async throws {
    let harness = try Harness()
    guard case .serving(let version) = await harness.database.health(within: .seconds(60)) else {
      Issue.record("not serving")
      return
    }
    #expect(try harness.temporary.execute("SHOW server_version") == [version])
    await harness.database.shutDown()
  }

  @Test func `after the shut-down everything is closed`() async throws {
    let harness = try Harness()
    let database = harness.database
    let open = try await database.begin(.project(1))
    await database.shutDown()
    #expect(
      await code { () throws(PostgresError) in _ = try await database.read(.none, "SELECT 1") }
        == .closed)
    #expect(
      await code { () throws(PostgresError) in _ = try await database.begin(.none) } == .closed)
    #expect(
      await code { () throws(PostgresError) in _ = try await open.query("SELECT 1") } == .closed)
  }
}
