import Foundation
import Testing

/// A migration that a database somewhere has run is never edited again.
@Suite struct MigrationTests {
  static let folder = "Sources/Server/Storage/Migrations"

  /// SHA-256 of each released migration: a line is added by the release that ships it.
  static let released: [String: String] = [:]

  @Test func `numbers follow one another and names say what they do`() {
    let names = Tree.files(in: [Self.folder], ending: "").map {
      String($0.dropFirst(Self.folder.count + 1))
    }
    for (index, name) in names.enumerated() {
      let number = String(repeating: "0", count: 4 - "\(index + 1)".count) + "\(index + 1)"
      #expect(name.hasPrefix("m\(number)_"), "\(name) is number \(index + 1)")
      #expect(name.wholeMatch(of: #/m\d{4}_[a-z][a-z0-9_]*\.sql/#) != nil, "\(name)")
    }
    #expect(!names.isEmpty)
  }

  @Test func `released migrations are as they were`() throws {
    for (name, digest) in Self.released {
      let printed = try output(of: "sha256sum", [Self.folder + "/" + name])
      let now = String(decoding: printed, as: UTF8.self).prefix(64)
      #expect(now == digest, "\(name) was edited after its release: write a new migration")
    }
  }
}
