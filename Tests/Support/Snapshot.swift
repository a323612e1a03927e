internal import Foundation
package import Testing

/// Compares a text with the one that was kept under `Tests/Snapshots`.
///
/// With `SNAPSHOT_UPDATE=1` in the environment the text is written instead: look at the change
/// before you commit it.
///
/// - Parameter name: The file's name without its ending.
package func expectSnapshot(
  _ text: String, named name: String,
  at location: SourceLocation = #_sourceLocation
) throws {
  // This file is in Tests/Support.
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Snapshots")
  let file = folder.appendingPathComponent(name + ".txt")
  let text = text.hasSuffix("\n") ? text : text + "\n"
  if ProcessInfo.processInfo.environment["SNAPSHOT_UPDATE"] == "1" {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return
  }
  guard let kept = try? String(contentsOf: file, encoding: .utf8) else {
    Issue.record(
      "There is no snapshot \(name): run the tests with SNAPSHOT_UPDATE=1 and look at it.",
      sourceLocation: location)
    return
  }
  #expect(text == kept, sourceLocation: location)
}
