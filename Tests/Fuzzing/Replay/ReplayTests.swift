import Foundation
import PurSightFuzzTargets
import Testing

/// Replays the corpus: inputs that a fuzzer found to reach something new, and findings of old.
@Suite("Fuzz corpus") struct ReplayTests {
  private static let corpus = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")

  @Test(arguments: FuzzTarget.all.map(\.name)) func `no input of the corpus traps`(
    _ name: String
  ) throws {
    let target = try #require(FuzzTarget.all.first { $0.name == name })
    let folder = Self.corpus.appending(path: name)
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    #expect(files.count >= 10, "the corpus of \(name) is too small to say anything")
    for file in files { target.body([UInt8](try Data(contentsOf: file))) }
  }
}
