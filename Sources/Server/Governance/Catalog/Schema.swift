/// The columns of one schema version, in order.
package struct Schema: Hashable, Sendable {
  package static let maxColumns = 10_000
  package static let maxNameBytes = 1024

  /// From 1; 0: not a version yet.
  package var version: Int32
  package var columns: [Column]

  package init(version: Int32, columns: [Column]) {
    self.version = version
    self.columns = columns
  }

  package func column(named name: String) -> Column? { columns.first { $0.name == name } }

  /// Declared columns and key as the first version of a schema.
  /// - Throws: `invalid` for no or too many columns, an empty, long or double name, or a key column
  ///   that is not there.
  package static func first(
    _ columns: [Column], key: [String], field: String
  ) throws(GovernanceError) -> Schema {
    try check(columns, field: field)
    var numbered = columns
    for index in numbered.indices { numbered[index].id = Int32(index + 1) }
    return Schema(version: 1, columns: try keyed(numbered, by: key))
  }

  private static func check(_ columns: [Column], field: String) throws(GovernanceError) {
    guard !columns.isEmpty, columns.count <= maxColumns else {
      throw GovernanceError(
        .invalid, field: field,
        "A schema has 1 to \(maxColumns) columns; this one has \(columns.count).")
    }
    var seen: Set<String> = []
    for (index, column) in columns.enumerated() {
      let path = "\(field)[\(index)].name"
      guard !column.name.isEmpty, column.name.utf8.count <= maxNameBytes else {
        throw GovernanceError(
          .invalid, field: path, "Column \(index + 1) needs a name of 1 to \(maxNameBytes) bytes.")
      }
      guard seen.insert(column.name).inserted else {
        throw GovernanceError(
          .invalid, field: path,
          "The column \"\(column.name)\" stands twice; rename one of them.")
      }
    }
  }

  /// The same columns under another key, as a further version.
  /// - Throws: `invalid` for a key column that is not there or stands twice.
  package func keyed(by key: [String]) throws(GovernanceError) -> Schema {
    Schema(version: version + 1, columns: try Self.keyed(columns, by: key))
  }

  private static func keyed(
    _ columns: [Column], by key: [String]
  ) throws(GovernanceError) -> [Column] {
    var columns = columns
    for index in columns.indices { columns[index].keyOrdinal = 0 }
    for (ordinal, name) in key.enumerated() {
      guard let index = columns.firstIndex(where: { $0.name == name }) else {
        throw GovernanceError(
          .invalid, field: "key_columns[\(ordinal)]",
          "There is no column \"\(name)\" to be part of the key. Columns: "
            + columns.prefix(20).map(\.name).joined(separator: ", ") + ".")
      }
      guard columns[index].keyOrdinal == 0 else {
        throw GovernanceError(
          .invalid, field: "key_columns[\(ordinal)]", "\"\(name)\" stands twice in the key.")
      }
      columns[index].keyOrdinal = Int32(ordinal + 1)
    }
    return columns
  }

  /// What becomes of the schema when rows of other columns arrive.
  package enum Evolution: Hashable, Sendable {
    /// The rows fit as they are.
    case unchanged
    /// A further version: columns were added at the end.
    case extended(Schema)
  }

  /// Decides whether rows with the `incoming` columns can be taken.
  ///
  /// A missing column is null where that is allowed; a new one is added and may be null; a narrower
  /// type fits a wider column.
  /// - Parameter nextColumnID: The first id that this asset has never used.
  /// - Throws: `precondition` naming the column that does not fit.
  package func evolving(
    to incoming: [Column], nextColumnID: Int32
  ) throws(GovernanceError) -> Evolution {
    try Self.check(incoming, field: "arrow_schema")
    let byName = Dictionary(uniqueKeysWithValues: incoming.map { ($0.name, $0) })
    for column in columns {
      guard let given = byName[column.name] else {
        guard column.isNullable else {
          throw GovernanceError(
            .precondition, field: column.name,
            "The column \"\(column.name)\" is missing, and the dataset does not allow null in it. "
              + "Send it, or declare it nullable.")
        }
        continue
      }
      guard column.type.widens(given.type) else {
        throw GovernanceError(
          .precondition, field: column.name,
          "The column \"\(column.name)\" is \(column.type.word) in the dataset and "
            + "\(given.type.word) in the rows. Send \(column.type.word), or load into a new one."
        )
      }
    }
    let known = Set(columns.map(\.name))
    let added = incoming.filter { !known.contains($0.name) }
    guard !added.isEmpty else { return .unchanged }
    var all = columns
    for (index, column) in added.enumerated() {
      var column = column
      column.id = nextColumnID + Int32(index)
      column.isNullable = true
      all.append(column)
    }
    guard all.count <= Self.maxColumns else {
      throw GovernanceError(
        .precondition, field: "arrow_schema",
        "With the new columns the dataset would have \(all.count); at most \(Self.maxColumns) fit.")
    }
    return .extended(Schema(version: version + 1, columns: all))
  }

  /// What two equal schemas share, to be hashed: names, types, nullability and key, in order.
  package var canonicalText: String {
    columns.map { column in
      let name = column.name.utf8.count
      return "\(name):\(column.name)|\(column.type.rawValue)|\(column.isNullable ? 1 : 0)"
        + "|\(column.precision)|\(column.scale)|\(column.keyOrdinal)"
    }.joined(separator: "\n")
  }
}
