internal import PurSightExpression

extension AssetStore {
  /// The fields of the filter of `assets`.
  package static let filterFields = FilterFields([
    .init("fqn", .string, "a.fqn"),
    .init("name", .string, "regexp_replace(a.fqn, '^.*/', '')"),
    .init("display_name", .string, "a.display_name"),
    .init(
      "kind", .string,
      "(ARRAY['file','table','view','dataset','topic','report'])[a.kind]"),
    .init("source", .string, "s.slug"),
    .init("row_count", .integer, "a.row_count"),
    .init("schema_version", .integer, "a.schema_version::bigint"),
    .init("create_time", .timestamp, "a.create_time"),
    .init("update_time", .timestamp, "a.update_time"),
    .init("creator", .string, "a.creator"),
  ])
}

extension SourceStore {
  /// The fields of the filter of `sources`.
  package static let filterFields = FilterFields([
    .init("name", .string, "s.slug"),
    .init("display_name", .string, "s.display_name"),
    .init("description", .string, "s.description"),
    .init(
      "kind", .string, "(ARRAY['file','database','api','cloud_storage','stream'])[s.kind]"),
    .init("uri", .string, "s.uri"),
    .init("create_time", .timestamp, "s.create_time"),
    .init("update_time", .timestamp, "s.update_time"),
    .init("creator", .string, "s.creator"),
  ])
}
