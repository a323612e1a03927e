internal import PurSightJSON

/// Where a client remembers which states of the log it has seen, so that a log that was shortened
/// or rewritten since is refused.
public protocol CheckpointStore: Sendable {
  /// The notes that were remembered, oldest first.
  func notes() async throws -> [String]

  /// Keeps one more.
  func remember(_ note: String) async throws
}

/// Remembers checkpoints in a file. One process at a time.
public struct FileCheckpointStore: CheckpointStore {
  private let path: String

  /// How many notes are kept: the first, and the newest of the others.
  static let maxNotes = 100

  /// - Parameter path: The file; made when something is remembered.
  public init(_ path: String) { self.path = path }

  /// The notes that were remembered, oldest first.
  public func notes() throws(PurSightError) -> [String] {
    guard let bytes = try SmallFile.content(path) else { return [] }
    do throws(JSONError) {
      guard case .array(let elements) = try JSONValue(parsing: bytes) else {
        throw JSONError(.unexpected, "an array is expected", at: 0)
      }
      return elements.compactMap(\.text)
    } catch {
      throw PurSightError(
        .invalidArgument, "\(path) does not hold checkpoints: \(error.message).",
        advice: "Whoever changed it may have wanted that nothing is noticed: look into it.")
    }
  }

  /// Keeps one more.
  public func remember(_ note: String) throws(PurSightError) {
    var notes = try notes()
    guard !notes.contains(note) else { return }
    if notes.count >= Self.maxNotes { notes.remove(at: 1) }
    notes.append(note)
    var json = JSONWriter(.indented)
    json.value(.array(notes.map { .string($0) }))
    try SmallFile.write(json.bytes + [UInt8(ascii: "\n")], to: path)
  }
}
