/// How far a read has come, to go on there later, also in another process.
public struct ReadPosition: Sendable, Hashable, Codable {
  /// What the server gave with the last batch that was taken as a whole; empty: none was.
  let token: String
  /// Rows behind it that were taken already.
  let skippedRows: Int

  static let start = ReadPosition(token: "", skippedRows: 0)
}
