internal import PurSightNet
internal import PurSightPostgres
internal import PurSightPrivateCluster
internal import PurSightTestSupport
internal import Testing

@Suite struct TransactionTests {
  @Test func `a transaction commits all of it`() async throws {
    let harness = try Harness()
    let name = try await harness.database.withTransaction(.project(1)) {
      transaction throws(PostgresError) in
      _ = try await transaction.query("INSERT INTO item VALUES (1, \("new"), \(7))")
      let rows = try await transaction.query("SELECT name FROM item WHERE size = 7 ORDER BY name")
      return try rows[1].string(0)
    }
    #expect(name == "new")
    #expect(try harness.temporary.execute("SELECT count(*) FROM item WHERE name = 'new'") == ["1"])
    await harness.database.shutDown()
  }

  @Test func `an error in the body leaves nothing`() async throws {
    struct Refused: Error {}
    let harness = try Harness()
    await #expect(throws: Refused.self) {
      try await harness.database.withTransaction(
        .project(1), failing: { _ in Refused() }
      ) { transaction throws(Refused) in
        do throws(PostgresError) {
          _ = try await transaction.query("DELETE FROM item")
        } catch {
          Issue.record("\(error)")
        }
        throw Refused()
      }
    }
    #expect(try harness.temporary.execute("SELECT count(*) FROM item") == ["20"])
    await harness.database.shutDown()
  }

  @Test func `statements that are known travel with their commit`() async throws {
    let harness = try Harness()
    let results = try await harness.database.execute(
      .project(2),
      [
        "INSERT INTO item VALUES (2, \("a"), 1)", "SELECT count(*) FROM item",
        "UPDATE item SET size = size + 1",
      ])
    #expect(results.map(\.affectedRows) == [1, 1, 11])
    #expect(try results[1][0].int(0) == 11)
    #expect(try harness.temporary.execute("SELECT sum(size) FROM item WHERE project = 1") == ["55"])
    #expect(try harness.temporary.execute("SELECT sum(size) FROM item WHERE project = 2") == ["67"])
    await harness.database.shutDown()
  }

  @Test func `an error in the middle of them undoes all`() async throws {
    let harness = try Harness()
    let error = await #expect(throws: PostgresError.self) {
      try await harness.database.execute(
        .project(1),
        [
          "INSERT INTO item VALUES (1, 'first', 1)", "INSERT INTO item VALUES (1, 'second', -1)",
          "INSERT INTO item VALUES (1, 'third', 1)",
        ])
    }
    #expect(error?.code == .server)
    #expect(error?.sqlState == "23514")
    #expect(error?.isCheckViolation == true)
    #expect(error?.constraint == "item_size")
    #expect(error?.table == "item")
    #expect(try harness.temporary.execute("SELECT count(*) FROM item") == ["20"])
    // The connection went back clean: the next transaction works.
    #expect(try await harness.database.execute(.project(1), ["SELECT 1"]).count == 1)
    await harness.database.shutDown()
  }

  @Test func `a unique violation names its index`() async throws {
    let harness = try Harness()
    let error = await #expect(throws: PostgresError.self) {
      try await harness.database.execute(.project(1), ["INSERT INTO item VALUES (1, 'item1')"])
    }
    #expect(error?.isUniqueViolation == true)
    #expect(error?.constraint == "item_name")
    await harness.database.shutDown()
  }

  @Test func `a project cannot write another's rows`() async throws {
    let harness = try Harness()
    let error = await #expect(throws: PostgresError.self) {
      try await harness.database.execute(.project(1), ["INSERT INTO item VALUES (2, 'x')"])
    }
    #expect(error?.isPermissionDenied == true)
    let results = try await harness.database.execute(.project(1), ["DELETE FROM item"])
    #expect(results[0].affectedRows == 10)
    #expect(try harness.temporary.execute("SELECT count(*) FROM item") == ["10"])
    await harness.database.shutDown()
  }

  @Test func `a scope does not stay on a connection`() async throws {
    let harness = try Harness(loops: 1) { $0.connectionsPerLoop = 1 }
    _ = try await harness.database.execute(.system, ["SELECT 1"])
    _ = try await harness.database.execute(.project(1), ["SELECT 1"])
    let results = try await harness.database.execute(.none, ["SELECT count(*) FROM item"])
    #expect(try results[0][0].int(0) == 0)
    await harness.database.shutDown()
  }

  @Test func `a dropped transaction is rolled back and its connection used again`() async throws {
    let harness = try Harness(loops: 1) { $0.connectionsPerLoop = 1 }
    do {
      let transaction = try await harness.database.begin(.project(1))
      _ = try await transaction.query("DELETE FROM item")
    }
    let results = try await harness.database.execute(.project(1), ["SELECT count(*) FROM item"])
    #expect(try results[0][0].int(0) == 10)
    #expect(harness.database.counters.connects == 1)
    await harness.database.shutDown()
  }

  @Test func `isolation and read-only reach the server`() async throws {
    let harness = try Harness()
    var options = PostgresTransactionOptions(isolation: .serializable, isReadOnly: true)
    let settings: [SQL] = [
      "SELECT current_setting('transaction_isolation')",
      "SELECT current_setting('transaction_read_only')",
    ]
    var results = try await harness.database.execute(.project(1), settings, options)
    #expect(try results.map { try $0[0].string(0) } == ["serializable", "on"])
    options = PostgresTransactionOptions(isolation: .repeatableRead)
    results = try await harness.database.execute(.project(1), settings, options)
    #expect(try results.map { try $0[0].string(0) } == ["repeatable read", "off"])
    await harness.database.shutDown()
  }

  @Test func `a table that changed under a kept statement is worth a second attempt`() async throws
  {
    let harness = try Harness(loops: 1) { $0.connectionsPerLoop = 1 }
    let database = harness.database
    try harness.temporary.execute("CREATE TABLE shape (a int); GRANT ALL ON shape TO pursight_app")
    _ = try await database.execute(.none, ["SELECT * FROM shape"])
    try harness.temporary.execute("ALTER TABLE shape ADD b text")
    let error = await #expect(throws: PostgresError.self) {
      try await database.execute(.none, ["SELECT * FROM shape"])
    }
    // feature_not_supported: "cached plan must not change result type"
    #expect(error?.sqlState == "0A000")
    #expect(error?.isRetryable == true)
    let results = try await database.execute(.none, ["SELECT * FROM shape"])
    #expect(results[0].columnNames == ["a", "b"])
    await database.shutDown()
  }

  @Test func `a finished transaction refuses further statements`() async throws {
    let harness = try Harness()
    let transaction = try await harness.database.begin(.project(1))
    _ = try await transaction.commit()
    #expect(
      await code { () throws(PostgresError) in
        _ = try await transaction.query("SELECT 1")
      } == .closed)
    await harness.database.shutDown()
  }

  @Test func `committing what had failed is an error`() async throws {
    let harness = try Harness()
    let transaction = try await harness.database.begin(.project(1))
    _ = try? await transaction.query("SELECT 1 / 0")
    #expect(
      await code { () throws(PostgresError) in _ = try await transaction.commit() } == .misuse)
    await harness.database.shutDown()
  }

  @Test func `two tasks at once on one transaction are told so`() async throws {
    let harness = try Harness(loops: 1)
    let transaction = try await harness.database.begin(.project(1))
    async let slow = transaction.query("SELECT pg_sleep(0.5)")
    try await harness.waitUntilRunning("SELECT pg_sleep(0.5)")
    #expect(
      await code { () throws(PostgresError) in
        _ = try await transaction.query("SELECT 1")
      } == .misuse)
    #expect(try await slow.count == 1)
    await harness.database.shutDown()
  }

  @Test func `a NUL in one statement of a batch undoes the batch`() async throws {
    let harness = try Harness()
    #expect(
      await code { () throws(PostgresError) in
        _ = try await harness.database.execute(
          .project(1), ["DELETE FROM item", "SELECT \("\u{0}")::text", "SELECT 1"])
      } == .invalidValue)
    #expect(try harness.temporary.execute("SELECT count(*) FROM item") == ["20"])
    await harness.database.shutDown()
  }

  @Test func `the owner's connection runs scripts`() async throws {
    let harness = try Harness(as: .owner)
    try await harness.database.withConnection { connection throws(PostgresError) in
      try await connection.execute(
        script: "CREATE TABLE one (a int); INSERT INTO one VALUES (1), (2); SELECT 1")
      let rows = try await connection.query("SELECT count(*) FROM one WHERE a < \(2)")
      #expect(try rows[0].int(0) == 1)
      let error = await #expect(throws: PostgresError.self) {
        try await connection.execute(script: "DROP TABLE one; SELECT nothing")
      }
      #expect(error?.sqlState == "42703")
      // A script without BEGIN is one transaction.
      #expect(try await connection.query("SELECT count(*) FROM one")[0].int(0) == 2)
    }
    await harness.database.shutDown()
  }
}
