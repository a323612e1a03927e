internal import PurSightExpression

extension IssueStore {
  /// The fields of the filter of `issues`.
  package static let filterFields = FilterFields([
    .init("state", .string, "(ARRAY['open','resolved'])[i.state]"),
    .init("severity", .string, "(ARRAY['warn','quarantine','stop'])[i.severity]"),
    .init("rule_id", .string, "i.rule_id"),
    .init("rule_set", .string, "r.slug"),
    .init("dataset", .string, "a.fqn"),
    .init("failing_rows", .integer, "i.failing_rows"),
    .init("create_time", .timestamp, "i.create_time"),
    .init("update_time", .timestamp, "i.update_time"),
  ])
}
