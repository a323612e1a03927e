internal import PurSightPostgres
internal import PurSightPrivateCluster
internal import PurSightTestSupport
internal import Testing

@Suite struct CopyTests {
  @Test func `rows copied in are the rows in the table`() async throws {
    let harness = try Harness()
    let count = try await harness.database.withTransaction(.project(1)) {
      transaction throws(PostgresError) in
      _ = try await transaction.query("SELECT 1")
      let writer = try await transaction.copyIn("COPY plain FROM STDIN (FORMAT binary)")
      var rows = PostgresBinaryCopy()
      for number in 0..<1000 {
        try rows.append(row: [
          number % 10 == 0 ? .null(.int8) : .int8(Int64(number)),
          .bytes(Array(repeating: UInt8(truncatingIfNeeded: number), count: number)),
        ])
        if rows.count > 10_000 { try await writer.write(rows.take()) }
      }
      rows.finish()
      try await writer.write(rows.take())
      let count = try await writer.finish()
      // The transaction goes on behind the COPY, in the pipeline again.
      let more = try await transaction.query("SELECT count(*) FROM plain")
      #expect(try more[0].int(0) == 1000)
      return count
    }
    #expect(count == 1000)
    #expect(
      try harness.temporary.execute("SELECT sum(a)::text || ' ' || sum(length(b)) FROM plain")
        == ["450000 499500"])
    await harness.database.shutDown()
  }

  @Test func `a COPY as first statement carries its scope`() async throws {
    let harness = try Harness()
    let transaction = try await harness.database.begin(.project(2))
    let writer = try await transaction.copyIn("COPY plain (a) FROM STDIN")
    try await writer.write(Array("1\n2\n3\n".utf8))
    #expect(try await writer.finish() == 3)
    let rows = try await transaction.query("SELECT current_setting('pursight.project')")
    #expect(try rows[0].string(0) == "2")
    _ = try await transaction.commit()
    #expect(try harness.temporary.execute("SELECT count(*) FROM plain") == ["3"])
    await harness.database.shutDown()
  }

  @Test func `an aborted or dropped COPY leaves nothing, and the connection works`() async throws {
    let harness = try Harness(loops: 1) { $0.connectionsPerLoop = 1 }
    do {
      let transaction = try await harness.database.begin(.project(1))
      let writer = try await transaction.copyIn("COPY plain (a) FROM STDIN")
      try await writer.write(Array("1\n".utf8))
      await writer.abort("changed my mind")
      transaction.rollback()
    }
    do {
      let transaction = try await harness.database.begin(.project(1))
      let writer = try await transaction.copyIn("COPY plain (a) FROM STDIN")
      try await writer.write(Array("1\n".utf8))
      _ = writer
    }
    let rows = try await harness.database.execute(.project(1), ["SELECT count(*) FROM plain"])
    #expect(try rows[0][0].int(0) == 0)
    await harness.database.shutDown()
  }

  @Test func `a bad row is the server's error`() async throws {
    let harness = try Harness()
    let transaction = try await harness.database.begin(.project(1))
    let writer = try await transaction.copyIn("COPY plain (a) FROM STDIN")
    try await writer.write(Array("1\nx\n".utf8))
    let error = await #expect(throws: PostgresError.self) { try await writer.finish() }
    // invalid_text_representation
    #expect(error?.sqlState == "22P02")
    transaction.rollback()
    #expect(try harness.temporary.execute("SELECT count(*) FROM plain") == ["0"])
    await harness.database.shutDown()
  }

  @Test func `a table that is not there is the server's error`() async throws {
    let harness = try Harness()
    let transaction = try await harness.database.begin(.project(1))
    let error = await #expect(throws: PostgresError.self) {
      try await transaction.copyIn("COPY nothing FROM STDIN")
    }
    #expect(error?.sqlState == "42P01")
    transaction.rollback()
    #expect(try await harness.database.execute(.project(1), ["SELECT 1"]).count == 1)
    await harness.database.shutDown()
  }

  @Test func `a locked table makes the writer wait`() async throws {
    let harness = try Harness(loops: 1)
    let database = harness.database
    try harness.temporary.execute(
      """
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END $$
      """)
    try harness.temporary.execute(
      "CREATE TRIGGER wait BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION wait()")
    let holder = try await database.begin(.project(1))
    _ = try await holder.query("SELECT pg_advisory_xact_lock(7)")

    let sent = Tally()
    let task = Task {
      try await database.withTransaction(.project(1)) { transaction throws(PostgresError) in
        let writer = try await transaction.copyIn("COPY plain FROM STDIN (FORMAT binary)")
        var rows = PostgresBinaryCopy()
        for number in 0..<64 {
          try rows.append(row: [.int8(Int64(number)), .bytes(Array(repeating: 1, count: 1 << 20))])
          try await writer.write(rows.take())
          sent.add(1)
        }
        return try await writer.finish()
      }
    }
    try await harness.waitUntilRunning("BEGIN")
    var seen = -1
    // It stops while the server does: the kernel's buffers hold far less than the 64 rows.
    await harness.wait {
      defer { seen = sent.value }
      return sent.value > 0 && seen == sent.value
    }
    #expect(sent.value < 32)
    holder.rollback()
    #expect(try await task.value == 64)
    #expect(sent.value == 64)
    await database.shutDown()
  }

  @Test func `rows copied out are the rows of the table`() async throws {
    let harness = try Harness()
    let transaction = try await harness.database.begin(.project(1))
    let reader = try await transaction.copyOut(
      "COPY (SELECT size, name FROM item ORDER BY 1) TO STDOUT")
    var lines: [String] = []
    while let row = try await reader.next() { lines.append(String(decoding: row, as: UTF8.self)) }
    #expect(lines == (1...10).map { "\($0)\titem\($0)\n" })
    #expect(try await reader.next() == nil)
    #expect(try await transaction.query("SELECT 1").count == 1)
    _ = try await transaction.commit()
    await harness.database.shutDown()
  }

  @Test func `a slow reader of a COPY makes the server wait`() async throws {
    let harness = try Harness(loops: 1)
    let transaction = try await harness.database.begin(.project(1))
    let reader = try await transaction.copyOut(
      "COPY (SELECT repeat('x', 1000), generate_series(1, 20000)) TO STDOUT")
    #expect(try await reader.next()?.count == 1003)
    try await harness.waitUntilBlockedOnSending()
    var count = 1
    while try await reader.next() != nil { count += 1 }
    #expect(count == 20_000)
    _ = try await transaction.commit()
    await harness.database.shutDown()
  }

  @Test func `a stream gives row after row and the server waits for its reader`() async throws {
    let harness = try Harness(loops: 1)
    let transaction = try await harness.database.begin(.project(1))
    let stream = try await transaction.stream(
      "SELECT generate_series(1, \(20_000)::int8), repeat('x', 1000)")
    #expect(try await stream.next()?.int(0) == 1)
    try await harness.waitUntilBlockedOnSending()
    var sum = 1
    while let row = try await stream.next() { sum += try row.int(0) }
    #expect(sum == 20_000 * 20_001 / 2)
    #expect(try await stream.next() == nil)
    #expect(try await transaction.query("SELECT 1").count == 1)
    _ = try await transaction.commit()
    await harness.database.shutDown()
  }

  @Test func `a stream sees its scope and ends with the server's error`() async throws {
    let harness = try Harness()
    let transaction = try await harness.database.begin(.project(2))
    let own = try await transaction.stream("SELECT project FROM item")
    var count = 0
    while let row = try await own.next() {
      #expect(try row.int(0) == 2)
      count += 1
    }
    #expect(count == 10)
    let failing = try await transaction.stream(
      "SELECT 100 / (5 - n) FROM generate_series(1, 10) n")
    var quotients: [Int] = []
    let error = await #expect(throws: PostgresError.self) {
      while let row = try await failing.next() { quotients.append(try row.int(0)) }
    }
    #expect(quotients == [25, 33, 50, 100])
    #expect(error?.sqlState == "22012")
    transaction.rollback()
    #expect(try await harness.database.execute(.project(1), ["SELECT 1"]).count == 1)
    await harness.database.shutDown()
  }

  @Test func `a stream that outlives its transaction touches nobody else's`() async throws {
    let harness = try Harness(loops: 1) { $0.connectionsPerLoop = 1 }
    let database = harness.database
    let first = try await database.begin(.project(1))
    let stream = try await first.stream("SELECT generate_series(1, 1000000)")
    #expect(try await stream.next()?.int(0) == 1)
    first.rollback()
    // The same connection, for another caller.
    let second = try await database.begin(.project(2))
    let other = try await second.stream("SELECT generate_series(-5, -1)")
    let code = await code { () throws(PostgresError) in while try await stream.next() != nil {} }
    #expect(code == .closed)
    stream.cancel()
    var numbers: [Int] = []
    while let row = try await other.next() { numbers.append(try row.int(0)) }
    #expect(numbers == [-5, -4, -3, -2, -1])
    _ = try await second.commit()
    await database.shutDown()
  }

  @Test func `a stream that is dropped stops the server`() async throws {
    let harness = try Harness(loops: 1) { $0.connectionsPerLoop = 1 }
    do {
      let transaction = try await harness.database.begin(.project(1))
      let stream = try await transaction.stream(
        "SELECT generate_series(1, 100000000), repeat('x', 1000)")
      for _ in 0..<10 { _ = try await stream.next() }
    }
    try await harness.expectGone("SELECT generate_series")
    let rows = try await harness.database.execute(.project(1), ["SELECT count(*) FROM item"])
    #expect(try rows[0][0].int(0) == 10)
    await harness.database.shutDown()
  }
}
