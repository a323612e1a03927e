internal import PurSightNet
internal import PurSightPostgres
internal import PurSightTestSupport
internal import Testing

@Suite struct PipelineTests {
  @Test func `a read answers its rows`() async throws {
    let harness = try Harness()
    let rows = try await harness.database.read(
      .project(1), "SELECT name, size FROM item WHERE size <= \(3) ORDER BY size")
    #expect(try rows.map { try $0.string(0) } == ["item1", "item2", "item3"])
    #expect(try rows.map { try $0.int(1) } == [1, 2, 3])
    await harness.database.shutDown()
  }

  @Test func `reads of one tick travel in few groups`() async throws {
    let harness = try Harness(loops: 1)
    let database = harness.database
    // One task on the loop makes a hundred at once: they are all ready in one tick.
    let sum = try await withTaskExecutorPreference(harness.loops[0]) {
      _ = try await database.read(.project(1), "SELECT 1")
      return try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 1...100 {
          group.addTask {
            try await database.read(.project(1), "SELECT \(number)::int8")[0].int(0)
          }
        }
        return try await group.reduce(0, +)
      }
    }
    #expect(sum == 5050)
    let counters = database.counters
    #expect(counters.reads == 101)
    #expect(counters.groups <= 10)
    await database.shutDown()
  }

  @Test func `projects read in the same tick do not see one another`() async throws {
    let harness = try Harness(loops: 1)
    let database = harness.database
    let answers = try await withTaskExecutorPreference(harness.loops[0]) {
      _ = try await database.read(.none, "SELECT 1")
      return try await withThrowingTaskGroup(of: (PostgresScope, [Int32], Int).self) { group in
        for number in 0..<200 {
          let scope: PostgresScope =
            switch number % 4 {
            case 0: .none
            case 1: .project(1)
            case 2: .project(2)
            default: .system
            }
          group.addTask {
            let rows = try await database.read(scope, "SELECT project FROM item")
            return (scope, Array(Set(try rows.map { try $0.int32(0) })).sorted(), rows.count)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
    }
    #expect(answers.count == 200)
    for (scope, projects, count) in answers {
      switch scope {
      case .none: #expect(projects == [] && count == 0)
      case .project(let number): #expect(projects == [number] && count == 10)
      case .system: #expect(projects == [1, 2] && count == 20)
      }
    }
    await database.shutDown()
  }

  @Test func `a read that fails leaves the others of its tick alone`() async throws {
    let harness = try Harness(loops: 1)
    let database = harness.database
    let answers = try await withTaskExecutorPreference(harness.loops[0]) {
      _ = try await database.read(.project(1), "SELECT 1")
      return await withTaskGroup(of: (Int, String).self) { group in
        for number in 0..<60 {
          group.addTask {
            do throws(PostgresError) {
              // Wrong in three ways: when executed, when parsed, and not at all.
              switch number % 10 {
              case 3:
                _ = try await database.read(.project(1), "SELECT 1 / \(0)::int8")
                return (number, "rows")
              case 7:
                _ = try await database.read(.project(1), "SELECT nothing FROM item")
                return (number, "rows")
              default:
                let rows = try await database.read(.project(1), "SELECT \(number)::int8")
                return (number, "\(try rows[0].int(0))")
              }
            } catch {
              return (number, error.sqlState ?? "\(error.code)")
            }
          }
        }
        return await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
      }
    }
    for number in 0..<60 {
      // SQLSTATE from the PostgreSQL manual, appendix A: division by zero, undefined column.
      let expected = number % 10 == 3 ? "22012" : number % 10 == 7 ? "42703" : "\(number)"
      #expect(answers[number] == expected)
    }
    #expect(database.counters.repetitions > 0)
    await database.shutDown()
  }

  @Test func `a shared connection cannot write`() async throws {
    let harness = try Harness()
    let error = await #expect(throws: PostgresError.self) {
      try await harness.database.read(.project(1), "DELETE FROM item")
    }
    // read_only_sql_transaction
    #expect(error?.sqlState == "25006")
    await harness.database.shutDown()
  }

  @Test func `several statements of a read see one scope and keep their order`() async throws {
    let harness = try Harness()
    let results = try await harness.database.read(
      .project(2),
      all: ["SELECT count(*) FROM item", "SELECT 'x'", "SELECT max(size) FROM item"])
    #expect(results.count == 3)
    #expect(try results[0][0].int(0) == 10)
    #expect(try results[1][0].string(0) == "x")
    #expect(try results[2][0].int(0) == 10)
    #expect(try await harness.database.read(.project(2), all: []).isEmpty)
    await harness.database.shutDown()
  }

  @Test func `a value is data, whatever it says`() async throws {
    let harness = try Harness()
    let evil = "'; DROP TABLE item; -- \\ \" $1 🧨"
    let rows = try await harness.database.read(
      .project(1), "SELECT \(evil)::text, count(*) FROM item")
    #expect(try rows[0].string(0) == evil)
    #expect(try rows[0].int(1) == 10)
    await harness.database.shutDown()
  }

  @Test func `a text with a NUL is refused before it is sent`() async throws {
    let harness = try Harness(loops: 1)
    let database = harness.database
    #expect(
      await code { () throws(PostgresError) in
        _ = try await database.read(.project(1), "SELECT \("a\u{0}b")::text")
      } == .invalidValue)
    #expect(
      await code { () throws(PostgresError) in
        _ = try await database.read(.project(1), SQL(text: "SELECT 1 -- \u{0}"))
      } == .invalidValue)
    // The connection is as good as before.
    #expect(try await database.read(.project(1), "SELECT 5")[0].int(0) == 5)
    await database.shutDown()
  }

  @Test func `a deadline ends a read and its statement`() async throws {
    let harness = try Harness(loops: 1)
    #expect(
      await code { () throws(PostgresError) in
        _ = try await harness.database.read(
          .project(1), "SELECT pg_sleep(300)",
          deadline: ContinuousClock.now.advanced(by: .milliseconds(50)))
      } == .deadlineExceeded)
    // The next one on the same connection is not held up either: the server gave up too.
    try await harness.expectGone("SELECT pg_sleep(300)")
    #expect(try await harness.database.read(.project(1), "SELECT 5")[0].int(0) == 5)
    await harness.database.shutDown()
  }

  @Test func `a statement whose table changed is parsed anew`() async throws {
    let harness = try Harness(loops: 1)
    let database = harness.database
    try harness.temporary.execute(
      "CREATE TABLE shape (a int); GRANT SELECT ON shape TO pursight_app")
    #expect(try await database.read(.none, "SELECT * FROM shape").columnNames == ["a"])
    _ = try await database.read(.none, "SELECT * FROM shape")
    try harness.temporary.execute("ALTER TABLE shape ADD b text")
    for _ in 0..<4 {
      #expect(try await database.read(.none, "SELECT * FROM shape").columnNames == ["a", "b"])
    }
    await database.shutDown()
  }

  @Test func `a static statement takes its values in order`() async throws {
    let harness = try Harness()
    let statement = PostgresStatement("SELECT $2::text || $1::int8")
    for number in 1...3 {
      let sql = statement(.int8(Int64(number)), .text("n"))
      let rows = try await harness.database.read(.none, sql)
      #expect(try rows[0].string(0) == "n\(number)")
    }
    await harness.database.shutDown()
  }

  @Test func `more statements than are kept still work`() async throws {
    let harness = try Harness(loops: 1) { $0.maxPreparedStatements = 4 }
    for number in 0..<20 {
      let rows = try await harness.database.read(.none, SQL(text: "SELECT \(number)"))
      #expect(try rows[0].int(0) == number)
    }
    await harness.database.shutDown()
  }

  @Test func `more reads than may wait are told busy`() async throws {
    let harness = try Harness(loops: 1) {
      $0.maxPendingReads = 5
      $0.pipelinesPerLoop = 1
    }
    let database = harness.database
    let codes = await withTaskExecutorPreference(harness.loops[0]) {
      await withTaskGroup(of: PostgresError.Code?.self) { group in
        for _ in 0..<8 {
          group.addTask {
            await code { () throws(PostgresError) in _ = try await database.read(.none, "SELECT 1")
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
    }
    #expect(codes.filter { $0 == .busy }.count == 3)
    #expect(codes.filter { $0 == nil }.count == 5)
    await database.shutDown()
  }
}
