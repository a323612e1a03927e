package import PurSightGovernance
internal import PurSightPostgres

/// The statements of search: one indexed statement a tier, until the page is full.
package struct SearchStore: Sendable {
  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// How well an asset fits. Numbers as in the API's `MatchTier`; the order of the answer.
  package enum Tier: Int32, CaseIterable, Sendable {
    case exactFQN = 1
    case exactName = 2
    case prefix = 3
    case nameTokens = 4
    case columnName = 5
    case anyField = 6
  }

  /// Where a page ends.
  package struct Position: Hashable, Sendable {
    package var tier: Tier
    package var rank: Int32
    package var fqn: String

    package init(tier: Tier, rank: Int32, fqn: String) {
      self.tier = tier
      self.rank = rank
      self.fqn = fqn
    }
  }

  /// An asset that was found.
  package struct Hit: Sendable {
    package let uid: String
    package let fqn: String
    package let kind: Asset.Kind
    package let position: Position
    /// All columns of the asset's newest schema.
    package let columns: [String]
    package let description: String
    package let rowCount: Int64
  }

  /// Assets that fit a query, best first, behind `after`.
  package func search(
    _ query: String, after: Position?, limit: Int, in scope: Scope
  ) async throws(StorageError) -> [Hit] {
    let words = SearchWords.of(query)
    guard !words.isEmpty else { return [] }
    var hits: [Hit] = []
    let first = after?.tier ?? .exactFQN
    for tier in Tier.allCases where tier.rawValue >= first.rawValue && hits.count < limit {
      let start = after.flatMap { $0.tier == tier ? $0 : nil }
      let rows = try await storage.read(
        scope, statement(tier, query, words, start, limit - hits.count, scope))
      for row in rows { hits.append(try Self.hit(row, tier)) }
    }
    return hits
  }

  /// The statement of one tier.
  func statement(
    _ tier: Tier, _ query: String, _ words: [String], _ after: Position?, _ limit: Int,
    _ scope: Scope
  ) -> SQL {
    let start = after ?? Position(tier: tier, rank: .min, fqn: "")
    return """
      SELECT a.uid, a.fqn, a.kind, s.rank_key, s.fqn_key, a.row_count, \
      coalesce((SELECT f.description FROM asset_facet f WHERE f.asset_id = a.asset_id \
      AND f.description <> '' ORDER BY f.layer = 2 DESC, f.layer LIMIT 1), ''), \
      ARRAY(SELECT c.name FROM schema_column c WHERE c.asset_id = a.asset_id \
      AND c.version_to = 2147483647 ORDER BY c.ordinal) \
      FROM asset_search s JOIN asset a USING (asset_id) \
      WHERE s.project_id = \(scope.project) AND \(fragment: condition(tier, query, words)) \
      AND (s.rank_key, s.fqn_key) > (\(start.rank), \(start.fqn)) \
      AND a.delete_time IS NULL ORDER BY s.rank_key, s.fqn_key LIMIT \(limit)
      """
  }

  /// What a tier takes, without what the tiers before it have taken.
  private func condition(_ tier: Tier, _ query: String, _ words: [String]) -> SQL {
    let leaf = query.lowercased()
    // The prefix range ends at the first text behind every text that begins with it.
    let end = leaf + "\u{10FFFF}"
    let all = Self.query(words, prefixOfLast: true)
    let isName: SQL = "s.name_words @@ \(all)::tsquery"
    let isPrefix: SQL = "(s.leaf_key >= \(leaf) AND s.leaf_key < \(end))"
    let isColumn: SQL = "s.column_words @@ \(all)::tsquery"
    let isFQN: SQL = "s.fqn_key = \(query)"
    return switch tier {
    case .exactFQN: isFQN
    case .exactName: "s.leaf_key = \(leaf) AND NOT \(fragment: isFQN)"
    case .prefix:
      """
      \(fragment: isPrefix) AND s.leaf_key <> \(leaf) AND NOT \(fragment: isFQN)
      """
    case .nameTokens:
      "\(fragment: Self.indexed(1, all)) AND NOT \(fragment: isPrefix) AND NOT \(fragment: isFQN)"
    case .columnName:
      """
      \(fragment: Self.indexed(2, all)) AND NOT \(fragment: isName) \
      AND NOT \(fragment: isPrefix) AND NOT \(fragment: isFQN)
      """
    case .anyField:
      """
      \(fragment: Self.indexed(3, all)) AND NOT \(fragment: isColumn) \
      AND NOT \(fragment: isName) AND NOT \(fragment: isPrefix) AND NOT \(fragment: isFQN)
      """
    }
  }

  /// What the index of the words of a field finds.
  private static func indexed(_ field: Int32, _ words: String) -> SQL {
    "s.asset_id IN (SELECT asset_search_words(\(field), \(words)::tsquery))"
  }

  /// The words as a tsquery: all of them, the last one as a prefix. Words hold letters and digits
  /// only.
  private static func query(_ words: [String], prefixOfLast: Bool) -> String {
    words.enumerated().map { index, word in
      "'\(word)'" + (prefixOfLast && index == words.count - 1 ? ":*" : "")
    }.joined(separator: " & ")
  }

  private static func hit(_ row: PostgresRow, _ tier: Tier) throws(StorageError) -> Hit {
    do throws(PostgresError) {
      return Hit(
        uid: try row.uid(0), fqn: try row.string(1),
        kind: Asset.Kind(rawValue: try row.int16(2)) ?? .file,
        position: Position(tier: tier, rank: try row.int32(3), fqn: try row.string(4)),
        columns: try row.stringArray(7), description: try row.string(6),
        rowCount: try row.int64(5))
    } catch {
      throw StorageError(error)
    }
  }
}
