import Foundation

/// A directory of a test's own.
enum TemporaryDirectory {
  static func make() throws -> String {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "pursight-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    return url.path
  }

  /// Deletes it with all that is in it.
  static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
