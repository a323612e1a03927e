/// A table of rows that PurSight stores. Its asset has the same uid.
package struct Dataset: Hashable, Sendable {
  package static let maxKeyColumns = 32

  /// The paths of an update mask.
  package static let updatablePaths = ["description", "key_columns", "rule_set"]

  package var fqn: FullyQualifiedName
  package var description: String
  package var keyColumns: [String]
  /// Nil until the first load or until columns were declared.
  package var schema: Schema?
  /// The first column id that was never used.
  package var nextColumnID: Int32
  /// The newest revision of the rows; 0: empty.
  package var dataRevision: Int64
  package var rowCount: Int64
  package var storedBytes: Int64
  package var quarantinedCount: Int64
  /// The rule set's slug; nil: none.
  package var ruleSet: String?
  /// That of the asset.
  package var state: ResourceState

  package init(
    fqn: FullyQualifiedName, description: String, keyColumns: [String], schema: Schema?,
    nextColumnID: Int32, dataRevision: Int64, rowCount: Int64, storedBytes: Int64,
    quarantinedCount: Int64, ruleSet: String?, state: ResourceState
  ) {
    self.fqn = fqn
    self.description = description
    self.keyColumns = keyColumns
    self.schema = schema
    self.nextColumnID = nextColumnID
    self.dataRevision = dataRevision
    self.rowCount = rowCount
    self.storedBytes = storedBytes
    self.quarantinedCount = quarantinedCount
    self.ruleSet = ruleSet
    self.state = state
  }
}
