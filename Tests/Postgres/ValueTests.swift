internal import Glibc
internal import PurSightPostgres
internal import PurSightPrivateCluster
internal import PurSightTestSupport
internal import Testing

/// Every type there and back; the other opinion is what psql prints.
@Suite struct ValueTests {
  /// Stores a value in a column of `type` and returns what psql prints of it.
  private func printed(
    _ value: PostgresValue, as type: String, _ harness: Harness
  ) async throws -> String {
    try harness.temporary.execute(
      "DROP TABLE IF EXISTS v; CREATE TABLE v (x \(type)); GRANT ALL ON v TO pursight_app")
    let insert: SQL = "INSERT INTO v VALUES (\(value))"
    _ = try await harness.database.execute(.none, [insert.unprepared()])
    return psql(harness.temporary, "SELECT x FROM v")
  }

  private func psql(_ database: TemporaryPostgres.Database, _ statement: String) -> String {
    let command =
      "PGOPTIONS='-c timezone=UTC' \(database.programDirectory)/psql -X -q -A -t "
      + "-P null='<null>' -d \"\(database.connectionString(as: .superuser))\" -c \"\(statement)\""
    guard let stream = unsafe popen(command, "r") else { return "popen failed" }
    var bytes: [UInt8] = []
    while true {
      let byte = unsafe getc(stream)
      if byte < 0 { break }
      bytes.append(UInt8(truncatingIfNeeded: byte))
    }
    unsafe pclose(stream)
    return String(decoding: bytes.dropLast(), as: UTF8.self)
  }

  @Test func `what is sent is what psql prints`() async throws {
    let harness = try Harness()
    let uuid = try #require(PostgresUUID("0190163d-8694-739b-aea5-966c26f8ad91"))
    let cases: [(PostgresValue, String, String)] = [
      (.bool(true), "bool", "t"), (.bool(false), "bool", "f"),
      (.int2(-32768), "int2", "-32768"), (.int4(.max), "int4", "2147483647"),
      (.int8(.min), "int8", "-9223372036854775808"),
      (.float8(0.1), "float8", "0.1"), (.float8(-.infinity), "float8", "-Infinity"),
      (.float8(.nan), "float8", "NaN"), (.float8(.leastNonzeroMagnitude), "float8", "5e-324"),
      (.text("grüße 🧨 'x'"), "text", "grüße 🧨 'x'"), (.text(""), "text", ""),
      (.bytes([0, 1, 0xfe, 0xff]), "bytea", "\\x0001feff"), (.bytes([]), "bytea", "\\x"),
      (.uuid(uuid), "uuid", "0190163d-8694-739b-aea5-966c26f8ad91"),
      // 1,000,000,000.123456 s after 1970: published as the "billennium".
      (
        .timestamp(PostgresTimestamp(microseconds: 1_000_000_000_123_456)), "timestamptz",
        "2001-09-09 01:46:40.123456+00"
      ),
      (
        .timestamp(PostgresTimestamp(microseconds: -1)), "timestamptz",
        "1969-12-31 23:59:59.999999+00"
      ),
      (.timestamp(.infinity), "timestamptz", "infinity"),
      (.timestamp(.minusInfinity), "timestamptz", "-infinity"),
      (.json(PostgresJSON("{\"b\":1,\"a\":[null]}")), "jsonb", "{\"a\": [null], \"b\": 1}"),
      (.boolArray([true, false]), "bool[]", "{t,f}"),
      (.int4Array([1, -2]), "int4[]", "{1,-2}"),
      (.int8Array([.max]), "int8[]", "{9223372036854775807}"),
      (.float8Array([1.5]), "float8[]", "{1.5}"),
      (.textArray(["a", "", "b,c", "NULL"]), "text[]", "{a,\"\",\"b,c\",\"NULL\"}"),
      (.textArray([]), "text[]", "{}"), (.uuidArray([uuid]), "uuid[]", "{\(uuid)}"),
      (.bytesArray([[0xab], []]), "bytea[]", "{\"\\\\xab\",\"\\\\x\"}"),
      (.null(.int8), "int8", "<null>"), (.null(.text), "text", "<null>"),
    ]
    for (value, type, expected) in cases {
      let found = try await printed(value, as: type, harness)
      #expect(found == expected, "\(type)")
    }
    await harness.database.shutDown()
  }

  @Test func `what the server writes is what is read`() async throws {
    let harness = try Harness()
    let rows = try await harness.database.read(
      .none,
      """
      SELECT true, (-7)::int2, 7::int4, (-9223372036854775808)::int8, 0.1::float8, 1.5::float4,
        'grüße', ''::text, '\\x00ff'::bytea, '0190163d-8694-739b-aea5-966c26f8ad91'::uuid,
        '2001-09-09 01:46:40.123456+00'::timestamptz, 'infinity'::timestamptz, '{"a": 1}'::jsonb,
        '{"a": 1}'::json, 'x'::varchar, 'n'::name, 42::oid, '"c"'::"char"
      """)
    let row = rows[0]
    #expect(try row.bool(0))
    #expect(try row.int16(1) == -7)
    #expect(try row.int32(2) == 7)
    #expect(try row.int64(3) == .min)
    #expect(try row.double(4) == 0.1)
    #expect(try row.double(5) == 1.5)
    #expect(try row.string(6) == "grüße")
    #expect(try row.string(7) == "")
    #expect(try row.bytes(8) == [0, 255])
    #expect(try row.uuid(9).description == "0190163d-8694-739b-aea5-966c26f8ad91")
    #expect(try row.timestamp(10).microseconds == 1_000_000_000_123_456)
    #expect(try row.timestamp(11) == .infinity)
    #expect(try row.json(12).text == "{\"a\": 1}")
    #expect(try row.string(13) == "{\"a\": 1}")
    #expect(try row.string(14) == "x")
    #expect(try row.string(15) == "n")
    #expect(try row.int(16) == 42)
    #expect(try row.string(17) == "\"")
    #expect(try row.withBytes(8) { $0.count } == 2)
    await harness.database.shutDown()
  }

  @Test func `arrays come back in order`() async throws {
    let harness = try Harness()
    let rows = try await harness.database.read(
      .none,
      """
      SELECT '{t,f}'::bool[], '{1,2}'::int4[], '{3}'::int8[], '{0.5}'::float8[],
        '{a,"b,c",""}'::text[], ARRAY['\\x01'::bytea, ''::bytea], '{}'::text[],
        '{0190163d-8694-739b-aea5-966c26f8ad91}'::uuid[], '{a,NULL}'::text[], '{{1},{2}}'::int8[]
      """)
    let row = rows[0]
    #expect(try row.boolArray(0) == [true, false])
    #expect(try row.int32Array(1) == [1, 2])
    #expect(try row.int64Array(2) == [3])
    #expect(try row.doubleArray(3) == [0.5])
    #expect(try row.stringArray(4) == ["a", "b,c", ""])
    #expect(try row.bytesArray(5) == [[1], []])
    #expect(try row.stringArray(6) == [])
    #expect(try row.uuidArray(7).map(\.description) == ["0190163d-8694-739b-aea5-966c26f8ad91"])
    // A null inside and a second dimension are refused, not guessed.
    #expect(throws: PostgresError.self) { try row.stringArray(8) }
    #expect(throws: PostgresError.self) { try row.int64Array(9) }
    #expect(throws: PostgresError.self) { try row.int64Array(1) }
    await harness.database.shutDown()
  }

  @Test func `a wrong type or a null names its column`() async throws {
    let harness = try Harness()
    let row = try await harness.database.read(
      .none, "SELECT 1 AS one, NULL::text AS nothing, 70000::int8 AS big")[0]
    let error = #expect(throws: PostgresError.self) { try row.string(0) }
    #expect(error?.code == .decoding)
    #expect(error?.message == "Column 0 (one) was asked for a text and holds a int4.")
    #expect(throws: PostgresError.self) { try row.string(1) }
    #expect(try row.optionalString(1) == nil)
    #expect(row.isNull(1))
    #expect(try row.optionalInt(2) == 70_000)
    #expect(throws: PostgresError.self) { try row.int16(2) }
    #expect(row.column("big") == 2)
    #expect(row.column("small") == nil)
    await harness.database.shutDown()
  }

  @Test func `an enumeration is read as its text`() async throws {
    let harness = try Harness()
    try harness.temporary.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
    let rows = try await harness.database.read(.none, "SELECT 'ok'::mood, \("sad")::mood")
    #expect(try rows[0].string(0) == "ok")
    #expect(try rows[0].string(1) == "sad")
    await harness.database.shutDown()
  }

  @Test func `large values go and come whole`() async throws {
    let harness = try Harness()
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let text = String(repeating: "ä", count: 500_000)
    let rows = try await harness.database.read(
      .none,
      "SELECT \(bytes)::bytea, \(7), \(text)::text, md5(\(bytes)::bytea), \([UInt8]())::bytea")
    #expect(try rows[0].bytes(0) == bytes)
    #expect(try rows[0].int(1) == 7)
    #expect(try rows[0].string(2) == text)
    #expect(try rows[0].bytes(4) == [])
    await harness.database.shutDown()
  }
}

/// SQL texts, as values.
@Suite struct SQLTests {
  @Test func `a value becomes a parameter`() {
    let sql: SQL = "SELECT \(1) WHERE a = \("x") AND b IS NOT DISTINCT FROM \(nil as Int64?)"
    #expect(sql.text == "SELECT $1 WHERE a = $2 AND b IS NOT DISTINCT FROM $3")
    #expect(sql.parameters == [.int8(1), .text("x"), .null(.int8)])
  }

  @Test func `a fragment's parameters are renumbered`() {
    let filter: SQL = "size > \(5) AND name = \("x")"
    let sql: SQL = "SELECT * FROM t WHERE p = \(1) AND (\(fragment: filter)) LIMIT \(10)"
    #expect(sql.text == "SELECT * FROM t WHERE p = $1 AND (size > $2 AND name = $3) LIMIT $4")
    #expect(sql.parameters == [.int8(1), .int8(5), .text("x"), .int8(10)])
  }

  @Test func `an identifier is quoted`() {
    let name = "a\"; DROP TABLE x; --"
    let sql: SQL = "SELECT \(identifier: name)"
    #expect(sql.text == "SELECT \"a\"\"; DROP TABLE x; --\"")
  }

  @Test(arguments: [
    "", "0190163d-8694-739b-aea5-966c26f8ad9", "0190163d-8694-739b-aea5-966c26f8ad911",
    "0190163d88694-739b-aea5-966c26f8ad91", "0190163g-8694-739b-aea5-966c26f8ad91",
    "0190163d-8694-739b-aea5-966c26f8ad9ä",
  ]) func `what is no UUID is refused`(text: String) {
    #expect(PostgresUUID(text) == nil)
  }

  @Test func `a UUID is its bytes and its text`() {
    // From RFC 9562, appendix A.6.
    let uuid = PostgresUUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    #expect(uuid?.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    #expect(
      uuid?.bytes == [
        0x01, 0x7f, 0x22, 0xe2, 0x79, 0xb0, 0x7c, 0xc3, 0x98, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39,
        0x8f,
      ])
    #expect(uuid == uuid.flatMap { PostgresUUID(bytes: $0.bytes) })
    #expect(PostgresUUID(bytes: [1, 2]) == nil)
  }
}
