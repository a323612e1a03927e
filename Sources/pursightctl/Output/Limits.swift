/// How much this program holds at once.
enum Limits {
  /// Rows of a table that are laid out together.
  static let tableRows = 1000
  /// A file of documents, in bytes.
  static let documentBytes = 4 << 20
  /// Documents of one `apply`.
  static let documents = 10_000
  /// Values of one document.
  static let documentValues = 100_000
  /// Steps of a lineage that are drawn.
  static let lineageSteps = 1000
  /// Columns of a profile page.
  static let profileColumns = 10_000
}
