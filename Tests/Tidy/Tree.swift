import Foundation
import Synchronization

/// The repository's files.
enum Tree {
  /// The repository's root.
  static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Folders of generated files, which obey the generator's style.
  static let generated = [
    "Sources/Protocol/API/Generated/", "Sources/Protocol/CMessages/",
    "Sources/Interop/Services/Generated/", "Sources/Interop/CMessages/",
    "Sources/protogen/CDescriptor/",
  ]

  /// Every file below some folders, as paths from the root; build products left out.
  static func files(in folders: [String], ending: String) -> [String] {
    folders.flatMap { folder in
      let names = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
      return (names?.compactMap { $0 as? String } ?? [])
        .filter { $0.hasSuffix(ending) && !isBuilt($0) }
        .map { folder + "/" + $0 }
    }.sorted()
  }

  /// The hand-written Swift files below some folders.
  static func swift(in folders: [String]) -> [String] {
    files(in: folders, ending: ".swift").filter { path in
      !generated.contains { path.hasPrefix($0) }
    }
  }

  /// The files at the root itself with an ending.
  static func rootFiles(ending: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return names.filter { $0.hasSuffix(ending) }.sorted()
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// A Swift file, taken apart; each file is read once for all tests.
  static func source(_ path: String) throws -> SourceText {
    if let known = sources.withLock({ $0[path] }) { return known }
    let source = SourceText(try text(path))
    sources.withLock { $0[path] = source }
    return source
  }

  private static let sources = Mutex<[String: SourceText]>([:])

  private static func isBuilt(_ path: String) -> Bool {
    path.split(separator: "/").contains {
      $0.hasPrefix(".build") || $0.hasPrefix(".venv") || $0 == "__pycache__" || $0 == "results"
        || $0 == "venv" || $0 == ".quickstart"
    }
  }
}

/// One thing that is not as it should be, with its place.
struct Finding: CustomStringConvertible, Equatable {
  var path: String
  var line: Int
  var message: String

  var description: String { "\(path):\(line): \(message)" }
}

/// Runs a program of this machine and returns what it prints.
func output(of program: String, _ arguments: [String]) throws -> Data {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = [program] + arguments
  process.currentDirectoryURL = Tree.root
  process.standardOutput = pipe
  process.standardError = FileHandle.nullDevice
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return data
}
