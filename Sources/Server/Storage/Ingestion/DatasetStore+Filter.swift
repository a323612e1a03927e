internal import PurSightExpression

extension DatasetStore {
  /// The fields of the filter of `datasets`.
  package static let filterFields = FilterFields([
    .init("fqn", .string, "a.fqn"),
    .init("row_count", .integer, "d.row_count"),
    .init("stored_bytes", .integer, "d.stored_bytes"),
    .init("quarantined_count", .integer, "d.quarantined_count"),
    .init("revision", .integer, "d.data_revision"),
    .init("rule_set", .string, "r.slug"),
    .init("create_time", .timestamp, "a.create_time"),
    .init("update_time", .timestamp, "a.update_time"),
  ])
}
