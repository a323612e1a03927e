internal import PurSightAPI

/// What is to be read of a dataset.
struct ReadQuery: Sendable {
  var dataset: String
  var columns: [String] = []
  var filter: Filter?
  var revision: Int64 = 0
  var limit: Int?

  func request(after token: String) -> ReadRowsRequest {
    ReadRowsRequest(
      dataset: dataset, columns: columns, filter: filter?.text ?? "",
      parameters: filter?.wireParameters ?? [:], revision: revision, limit: Int64(limit ?? 0),
      resumeToken: token)
  }
}
