internal import ArgumentParser

/// A form in which results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  /// For people.
  case table
  /// For people, with all columns and nothing cut.
  case wide
  /// One JSON document: proto3 JSON.
  case json
  /// A JSON object per line.
  case jsonl
  /// YAML; what `apply -f` takes, where it is something that can be applied.
  case yaml
  /// A line of names and a line per thing (RFC 4180).
  case csv
  /// The names alone, a line each.
  case name
  /// An Arrow IPC stream; rows only.
  case arrow

  /// What lists are printed as.
  static let lists: [OutputFormat] = [.table, .wide, .json, .jsonl, .yaml, .csv, .name]
  /// What single things are printed as.
  static let pages: [OutputFormat] = [.table, .wide, .json, .jsonl, .yaml, .name]
  /// What answers are printed as that are neither.
  static let answers: [OutputFormat] = [.table, .wide, .json, .jsonl]

  /// Whether it is made for people.
  var isForPeople: Bool { self == .table || self == .wide }
}
