internal import Glibc
internal import PurSightNet
internal import PurSightPostgres
internal import PurSightPrivateCluster
internal import PurSightTestSupport
internal import Testing

@Suite struct DeadlineTests {
  @Test func `a deadline ends a transaction's statement at the server too`() async throws {
    let harness = try Harness(loops: 1) { $0.connectionsPerLoop = 1 }
    let options = PostgresTransactionOptions(
      deadline: ContinuousClock.now.advanced(by: .milliseconds(50)))
    #expect(
      await code { () throws(PostgresError) in
        _ = try await harness.database.execute(.project(1), ["SELECT pg_sleep(300)"], options)
      } == .deadlineExceeded)
    try await harness.expectGone("SELECT pg_sleep(300)")
    // The only connection is clean again, or was replaced.
    let rows = try await harness.database.execute(.project(1), ["SELECT count(*) FROM item"])
    #expect(try rows[0][0].int(0) == 10)
    await harness.database.shutDown()
  }

  @Test func `a cancelled task ends its statement at the server`() async throws {
    let harness = try Harness(loops: 1) { $0.connectionsPerLoop = 1 }
    let database = harness.database
    let task = Task {
      await code { () throws(PostgresError) in
        _ = try await database.withTransaction(.project(1)) { transaction throws(PostgresError) in
          _ = try await transaction.query("DELETE FROM item")
          return try await transaction.query("SELECT pg_sleep(300)").count
        }
      }
    }
    try await harness.waitUntilRunning("SELECT pg_sleep(300)")
    task.cancel()
    #expect(await task.value == .cancelled)
    try await harness.expectGone("SELECT pg_sleep(300)")
    let rows = try await database.execute(.project(1), ["SELECT count(*) FROM item"])
    #expect(try rows[0][0].int(0) == 10)
    #expect(database.counters.cancels == 1)
    await database.shutDown()
  }

  @Test func `a statement under way is told when its task was cancelled before`() async throws {
    let harness = try Harness()
    let database = harness.database
    let task = Task {
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return await code { () throws(PostgresError) in
        _ = try await database.execute(.project(1), ["DELETE FROM item"])
      }
    }
    #expect(await task.value == .cancelled)
    #expect(try harness.temporary.execute("SELECT count(*) FROM item") == ["20"])
    await database.shutDown()
  }

  @Test func `a waiting reader of a stream ends at the deadline`() async throws {
    let harness = try Harness(loops: 1)
    let options = PostgresTransactionOptions(
      deadline: ContinuousClock.now.advanced(by: .seconds(1)))
    #expect(
      await code { () throws(PostgresError) in
        let transaction = try await harness.database.begin(.project(1), options)
        let stream = try await transaction.stream("SELECT 1, pg_sleep(300)")
        _ = try await stream.next()
      } == .deadlineExceeded)
    try await harness.expectGone("SELECT 1, pg_sleep(300)")
    await harness.database.shutDown()
  }
}

/// Backends and servers that die. They have a cluster of their own, because it is killed.
@Suite(.serialized) struct FailureTests {
  private struct Ground {
    let cluster: PrivateCluster
    let database: PostgresDatabase

    init(_ change: (inout PostgresConfiguration) -> Void = { _ in }) throws {
      cluster = try PrivateCluster.start(.ephemeral(durability: .processCrashOnly))
      let owner = cluster.connectionString(as: .owner)
      let psql = "\(cluster.programDirectory)/psql -X -q -d \"\(owner)\" -c "
      let made = unsafe system(
        psql + "\"CREATE TABLE t (a int); GRANT ALL ON t TO pursight_app\"")
      #expect(made == 0)
      var configuration = PostgresConfiguration(
        connection: cluster.connectionString(as: .app))
      configuration.reconnectLimit = .seconds(60)
      configuration.waitLimit = .seconds(60)
      change(&configuration)
      database = PostgresDatabase(
        configuration, loops: Array(try Harness.group.get().loops.prefix(1)))
    }

    func end() async throws {
      await database.shutDown()
      try cluster.stop()
    }
  }

  @Test func `a killed server is a clear error, and the database recovers by itself`() async throws
  {
    let ground = try Ground()
    let database = ground.database
    #expect(try await database.read(.none, "SELECT 1")[0].int(0) == 1)
    let transaction = try await database.begin(.none)
    _ = try await transaction.query("INSERT INTO t VALUES (1)")

    kill(ground.cluster.process, SIGKILL)
    // Its children notice the death of their parent and go.
    let lost = await code { () throws(PostgresError) in
      while true {
        _ = try await transaction.query("SELECT 1")
        try? await Task.sleep(for: .milliseconds(5))
      }
    }
    #expect(lost == .connectionLost)
    #expect(
      await code { () throws(PostgresError) in _ = try await transaction.commit() }
        == .connectionLost)

    // The cluster starts its server again; nobody restarts the database object.
    #expect(try await database.read(.none, "SELECT count(*) FROM t")[0].int(0) == 0)
    let rows = try await database.execute(.none, ["INSERT INTO t VALUES (2)", "SELECT a FROM t"])
    #expect(try rows[1][0].int(0) == 2)
    try await ground.end()
  }

  @Test func `a backend that is terminated costs its transaction and nobody else's`() async throws {
    let ground = try Ground()
    let database = ground.database
    let transaction = try await database.begin(.none)
    let victim = try await transaction.query("SELECT pg_backend_pid()")[0].int32(0)
    let slow = Task { try await transaction.query("SELECT pg_sleep(300)") }
    let superuser = PostgresDatabase(
      PostgresConfiguration(connection: ground.cluster.connectionString(as: .superuser)),
      loops: Array(try Harness.group.get().loops.prefix(1)))
    _ = try await superuser.execute(.none, ["SELECT pg_terminate_backend(\(victim))"])
    let error = await #expect(throws: PostgresError.self) { try await slow.value }
    #expect(error?.code == .connectionLost)
    // admin_shutdown
    #expect(error?.sqlState == "57P01")
    #expect(error?.isRetryable == true)
    #expect(try await database.execute(.none, ["SELECT 1"]).count == 1)
    await superuser.shutDown()
    try await ground.end()
  }

  @Test func `reads survive the termination of their backends`() async throws {
    let ground = try Ground()
    let database = ground.database
    let superuser = PostgresDatabase(
      PostgresConfiguration(connection: ground.cluster.connectionString(as: .superuser)),
      loops: Array(try Harness.group.get().loops.prefix(1)))
    for number in 0..<200 {
      if number % 20 == 10 {
        _ = try await superuser.execute(
          .none,
          [
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE usename = 'pursight_app' AND backend_type = 'client backend'
            """
          ])
      }
      #expect(try await database.read(.none, "SELECT \(number)::int8")[0].int(0) == number)
    }
    #expect(database.counters.losses > 0)
    await superuser.shutDown()
    try await ground.end()
  }

  @Test func `a frozen server costs its callers their deadline and no more`() async throws {
    let ground = try Ground {
      $0.readLimit = .milliseconds(300)
      $0.drainLimit = .milliseconds(100)
      $0.pipelinesPerLoop = 1
      $0.connectionsPerLoop = 1
    }
    let database = ground.database
    let reader = try await database.read(.none, "SELECT pg_backend_pid()")[0].int32(0)
    let transaction = try await database.begin(
      .none,
      PostgresTransactionOptions(deadline: ContinuousClock.now.advanced(by: .seconds(3))))
    let writer = try await transaction.query("SELECT pg_backend_pid()")[0].int32(0)
    kill(reader, SIGSTOP)
    kill(writer, SIGSTOP)

    #expect(
      await code { () throws(PostgresError) in
        let deadline = ContinuousClock.now.advanced(by: .milliseconds(50))
        _ = try await database.read(.none, "SELECT 1", deadline: deadline)
      } == .deadlineExceeded)
    #expect(
      await code { () throws(PostgresError) in
        _ = try await transaction.query("SELECT 1")
      } == .deadlineExceeded)
    transaction.rollback()
    // Both are given up for new connections while the old ones are still frozen.
    #expect(try await database.read(.none, "SELECT pg_backend_pid()")[0].int32(0) != reader)
    let rows = try await database.execute(.none, ["SELECT pg_backend_pid()"])
    #expect(try rows[0][0].int32(0) != writer)
    kill(reader, SIGCONT)
    kill(writer, SIGCONT)
    try await ground.end()
  }

  @Test func `a commit whose answer is lost is told to be in doubt`() async throws {
    let ground = try Ground()
    let database = ground.database
    let owner = PostgresDatabase(
      PostgresConfiguration(connection: ground.cluster.connectionString(as: .owner)),
      loops: Array(try Harness.group.get().loops.prefix(1)))
    // A deferred trigger runs inside of COMMIT and makes it last.
    try await owner.withConnection { connection throws(PostgresError) in
      try await connection.execute(
        script: """
          CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_sleep(300); RETURN NEW; END $$;
          CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION slow()
          """)
    }
    let transaction = try await database.begin(.none)
    let rows = try await transaction.pipeline([
      "INSERT INTO t VALUES (1)", "SELECT pg_backend_pid()",
    ])
    let backend = try rows[1][0].int32(0)
    let commit = Task { try await transaction.commit() }
    let superuser = PostgresDatabase(
      PostgresConfiguration(connection: ground.cluster.connectionString(as: .superuser)),
      loops: Array(try Harness.group.get().loops.prefix(1)))
    var isCommitting = false
    while !isCommitting {
      let rows = try await superuser.execute(
        .none,
        [
          """
          SELECT count(*) FROM pg_stat_activity
          WHERE pid = \(backend) AND query = 'COMMIT' AND state = 'active'
          """
        ])
      isCommitting = try rows[0][0].int(0) == 1
    }
    await superuser.shutDown()
    kill(backend, SIGKILL)
    let error = await #expect(throws: PostgresError.self) { try await commit.value }
    #expect(error?.code == .inDoubt)
    #expect(error?.isRetryable == false)
    await owner.shutDown()
    try await ground.end()
  }
}
