import Foundation

/// Which room may enter which: the table of ARCHITECTURE.md.
struct Walls {
  /// Modules that every room may import.
  static let everywhere: Set<String> = ["Swift", "Synchronization"]
  /// Modules of the system; a room that needs one has it in its row.
  static let system: Set<String> = ["Glibc", "Darwin", "Foundation", "Dispatch"]

  /// Module → what it may import.
  let rows: [String: Set<String>]

  /// Reads the table: rows `Room → A B, C`, between the marker and the end of the block.
  init(architecture: String) {
    var rows: [String: Set<String>] = [:]
    var fences: Int?
    for line in architecture.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.contains("Tests/Tidy reads this table") { fences = 0 }
      if line == "```" { fences = fences.map { $0 + 1 } }
      if fences == 2 { break }
      guard fences == 1 else { continue }
      let sides = line.components(separatedBy: "→")
      guard sides.count == 2, let room = Self.words(sides[0]).first else { continue }
      rows[Self.module(room)] = Set(Self.words(sides[1]).filter { $0 != "–" }.map(Self.module))
    }
    self.rows = rows
  }

  /// Returns the module of a room's short name: `Net` is PurSightNet, `CLinux` CPurSightLinux.
  static func module(_ name: String) -> String {
    let asIs = ["ArgumentParser", "Yams"].contains(name) || system.contains(name)
    if asIs || name.first?.isLowercase == true { return name }
    let letters = Array(name)
    let isC = letters.count > 1 && letters[0] == "C" && letters[1].isUppercase
    return isC ? "CPurSight" + name.dropFirst() : "PurSight" + name
  }

  private static func words(_ text: String) -> [String] {
    text.split { $0 == " " || $0 == "," }.map(String.init)
  }
}

/// The part of `swift package dump-package` that Tidy looks at.
struct Manifest: Decodable {
  /// One dependency of a target: `{"byName": ["PurSightNet", null]}` and the like.
  struct Dependency: Decodable {
    var name: String

    init(from decoder: any Decoder) throws {
      let kinds = try decoder.singleValueContainer().decode([String: [Part]].self)
      name = kinds.values.first?.first?.text ?? ""
    }
  }

  /// An element of a dependency's description; only the first, its name, is of interest.
  struct Part: Decodable {
    var text: String?

    init(from decoder: any Decoder) throws {
      text = try? decoder.singleValueContainer().decode(String.self)
    }
  }

  struct Target: Decodable {
    var name: String
    var type: String
    var path: String?
    var dependencies: [Dependency]
  }

  var targets: [Target]

  /// Asks SwiftPM; in a scratch folder of its own, because `swift test` may hold the usual one.
  static func load() throws -> Manifest {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "pursight-tidy")
    let json = try output(
      of: "swift", ["package", "dump-package", "--scratch-path", scratch.path])
    return try JSONDecoder().decode(Manifest.self, from: json)
  }
}

/// One `import` of a file.
struct ImportLine: Equatable {
  var line: Int
  var module: String
  /// `internal`, `package`, `public`, `private`, `fileprivate`; nil: none written.
  var access: String?

  /// Finds the imports of a file.
  static func all(in source: SourceText) -> [ImportLine] {
    source.code.enumerated().compactMap { index, line in
      let words = line.split(separator: " ").map(String.init)
      guard let keyword = words.firstIndex(of: "import"), words.count > keyword + 1,
        words[..<keyword].allSatisfy({ $0.hasPrefix("@") || levels.contains($0) })
      else { return nil }
      let kinds = ["struct", "class", "enum", "func", "var", "protocol", "typealias"]
      let isScoped = kinds.contains(words[keyword + 1])
      let name = words[keyword + (isScoped ? 2 : 1)]
      return ImportLine(
        line: index + 1, module: String(name.prefix { $0 != "." }),
        access: words[..<keyword].first(where: levels.contains))
    }
  }

  private static let levels = ["internal", "package", "public", "private", "fileprivate"]
}
