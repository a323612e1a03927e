import PurSightGovernance
import PurSightPostgres
import PurSightServiceTestSupport
import PurSightTestSupport
import Testing

@testable import PurSightStorage

/// What PostgreSQL makes of the statements of search, over 100,000 assets.
@Suite("Search plans", .serialized)
struct SearchPlanTests {
  @Test func `no tier reads the whole table`() async throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    for script in Self.fill { _ = try fixture.temporary.execute(script) }
    let store = SearchStore(fixture.storage)
    for query in ["t_4711", "s7/customer_4711", "cust", "customer 4711", "amount", "what 77"] {
      for tier in SearchStore.Tier.allCases {
        let statement = store.statement(
          tier, query, SearchWords.of(query), nil, 50, fixture.scope)
        let rows = try await fixture.database.read(
          .project(1), "EXPLAIN \(fragment: statement)")
        let plan = try rows.map { try $0.string(0) }.joined(separator: "\n")
        #expect(!plan.contains("Seq Scan on asset"), "\(tier) of \(query):\n\(plan)")
      }
    }
  }

  /// The words are looked up by a function of the owner; its statements are explained as it runs
  /// them.
  @Test(arguments: [
    ("name_words", "asset_search_name"), ("column_words", "asset_search_column"),
    ("any_words", "asset_search_any"),
  ])
  func `words are found by their index`(column: String, index: String) async throws {
    let fixture = try ServiceFixture()
    defer { fixture.end() }
    for script in Self.fill { _ = try fixture.temporary.execute(script) }
    let plan = try fixture.temporary.execute(
      """
      SET ROLE pursight_owner; SET pursight.project = '1'; SET enable_seqscan = off; \
      EXPLAIN SELECT asset_id FROM asset_search \
      WHERE \(column) @@ $q$'cust':*$q$::tsquery AND project_id = pursight_project()
      """
    ).map { $0 ?? "" }.joined(separator: "\n")
    #expect(plan.contains("Bitmap Index Scan on \(index)"), "\(plan)")
    #expect(!plan.contains("Seq Scan"), "\(plan)")
  }

  /// 100,000 assets of 100 schemas, named in two styles.
  private static let fill = [
    """
    INSERT INTO asset (project_id, uid, kind, fqn, fqn_key, display_name, property_keys, \
    property_values, revision, create_time, update_time, creator, updater) \
    SELECT 1, gen_random_uuid(), 2, n, n, '', '{}', '{}', 1, now(), now(), 'test', 'test' \
    FROM (SELECT 's' || i % 100 || CASE WHEN i % 2 = 0 THEN '/customer_' ELSE '/t_' END || i AS n \
    FROM generate_series(1, 100000) i) names
    """,
    """
    INSERT INTO asset_search (project_id, asset_id, fqn_key, leaf_key, rank_key, name_words, \
    column_words, any_words) SELECT 1, asset_id, fqn_key, split_part(fqn, '/', 2), 0, \
    array_to_tsvector(ARRAY[split_part(fqn, '_', 2), \
    split_part(split_part(fqn, '/', 2), '_', 1)]), \
    array_to_tsvector(CASE WHEN asset_id % 500 = 0 THEN ARRAY['amount'] ELSE ARRAY['id'] END), \
    array_to_tsvector(ARRAY['what', (asset_id % 1000)::text]) FROM asset
    """,
    "ANALYZE asset", "ANALYZE asset_search",
  ]
}
