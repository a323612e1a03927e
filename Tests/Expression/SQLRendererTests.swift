import Testing

@testable import PurSightExpression

@Suite struct SQLRendererTests {
  private func render(
    _ text: String, parameters: [String: ExpressionValue] = [:], first: Int = 1
  ) throws -> SQLFragment {
    let program = try ExpressionProgram.filter(
      text, schema: flightsSchema, parameters: parameters, now: 1_357_034_400_000_000)
    let mapping = SQLMapping(
      column: { $0 == "hash" ? nil : "t.\"\($0)\"" },
      function: { $0 == "hasTag" ? "has_tag(t.id, \($1[0]))" : nil })
    return try SQLRenderer.render(program, mapping: mapping, firstParameter: first)
  }

  @Test(arguments: [
    ("dep_delay > 60", "(t.\"dep_delay\" > $1::bigint)", ["60"]),
    (
      "dep_delay > 0.5", "(t.\"dep_delay\"::double precision > $1::double precision)", ["0.5"]
    ),
    (
      "carrier != 'U''A' or not late",
      "(((t.\"carrier\" collate \"C\") <> ($1::text collate \"C\")) or (not t.\"late\"))", ["U'A"]
    ),
    (
      "carrier in ('A', 'B\"\\', null)",
      "((t.\"carrier\" collate \"C\") = any($1::text[]))", [#"{"A","B\"\\",null}"#]
    ),
    (
      "dep_delay not between -5 and 5",
      "(not (t.\"dep_delay\" between $1::bigint and $2::bigint))", ["-5", "5"]
    ),
    (
      "carrier like 'U%'", "((t.\"carrier\" collate \"C\") like ($1::text collate \"C\"))", ["U%"]
    ),
    (
      "carrier matches '^N[0-9A-Z]{1,5}$'",
      "((t.\"carrier\" collate \"C\") ~ ($1::text collate \"C\"))",
      ["(?:(?:^[N](?:[0-9A-Z]){1,5}$))"]
    ),
    (
      "year(time_hour) = 2013",
      "(extract(year from t.\"time_hour\" at time zone 'UTC')::bigint = $1::bigint)", ["2013"]
    ),
    ("day_of_week(day_of) = 1", "(extract(isodow from t.\"day_of\")::bigint = $1::bigint)", ["1"]),
    (
      "time_hour > now() - duration '1h'",
      "(t.\"time_hour\" > $1::timestamp with time zone)", ["2013-01-01T09:00:00Z"]
    ),
    (
      "coalesce(dep_delay, 0) >= 0", "(coalesce(t.\"dep_delay\", $1::bigint) >= $2::bigint)",
      ["0", "0"]
    ),
    (
      "case when late then 1 end is null",
      "((case when t.\"late\" then $1::bigint else $2::bigint end) is null)", ["1", nil]
    ),
    (
      "hasTag('pii') and late",
      "(has_tag(t.id, ($1::text collate \"C\")) and t.\"late\")", ["pii"]
    ),
  ])
  func `renders with bound parameters`(text: String, sql: String, values: [String?]) throws {
    let fragment = try render(text)
    #expect(fragment.text == sql)
    #expect(fragment.parameters.map(\.text) == values)
  }

  @Test func `numbers parameters from where it is told`() throws {
    let fragment = try render("dep_delay > @low", parameters: ["low": .integer(3)], first: 7)
    #expect(fragment.text == "(t.\"dep_delay\" > $7::bigint)")
    #expect(fragment.parameters.map(\.value) == [.integer(3)])
  }

  @Test(arguments: [
    ("dep_delay + 1 > 2", 11), ("-dep_delay > 2", 1), ("abs(dep_delay) > 2", 1),
    ("hash is null", 1), ("age(time_hour) > duration '1h'", 1), ("air > duration '1h'", 1),
    ("carrier matches 'a\\b'", 9), ("carrier matches '(?m)^a'", 9), ("carrier matches 'a{256}'", 9),
    ("substr(carrier, 1, 2) = 'U'", 1),
  ])
  func `refuses what PostgreSQL would do differently`(text: String, position: Int) {
    #expect {
      try render(text)
    } throws: {
      let error = $0 as? ExpressionError
      return error?.code == .notRenderable && error?.position == position
    }
  }

  @Test func `refuses values that PostgreSQL cannot hold`() {
    let nul = ["p": ExpressionValue.string("a\0b")]
    #expect(throws: ExpressionError.self) { try render("carrier = @p", parameters: nul) }
    let early = ["p": ExpressionValue.date(-800_000)]
    #expect(throws: ExpressionError.self) { try render("day_of = @p", parameters: early) }
  }
}
