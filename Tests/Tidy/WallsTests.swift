import Testing

@Suite struct WallsTests {
  let walls: Walls
  let manifest: Manifest

  init() throws {
    walls = Walls(architecture: try Tree.text("ARCHITECTURE.md"))
    manifest = try Manifest.load()
  }

  /// The targets that are rooms: all but tests and the C libraries of the system.
  private var rooms: [Manifest.Target] {
    manifest.targets.filter { !["test", "system"].contains($0.type) && !isOfTests($0) }
  }

  private func isOfTests(_ target: Manifest.Target) -> Bool {
    target.path?.hasPrefix("Tests/") == true
  }

  /// The Swift files of a target that are not those of a target inside its folder.
  private func files(of target: Manifest.Target) -> [String] {
    guard let path = target.path else { return [] }
    let inner = manifest.targets.compactMap(\.path).filter { $0.hasPrefix(path + "/") }
    return Tree.files(in: [path], ending: ".swift").filter { file in
      !file.hasSuffix("/Package.swift") && !inner.contains { file.hasPrefix($0 + "/") }
    }
  }

  @Test func `the manifest and the table of ARCHITECTURE.md have the same rooms and doors`() {
    var findings: [String] = []
    for room in rooms {
      guard let row = walls.rows[room.name] else {
        findings.append("\(room.name) has no row in the table")
        continue
      }
      let declared = Set(room.dependencies.map(\.name))
      let allowed = row.subtracting(Walls.system)
      for name in declared.subtracting(allowed).sorted() {
        findings.append("\(room.name) → \(name) is in Package.swift, but not in the table")
      }
      for name in allowed.subtracting(declared).sorted() {
        findings.append("\(room.name) → \(name) is in the table, but not in Package.swift")
      }
    }
    for name in Set(walls.rows.keys).subtracting(rooms.map(\.name)).sorted() {
      findings.append("\(name) has a row in the table, but is no target")
    }
    refuse(findings)
    #expect(rooms.count > 20)
  }

  @Test func `every import goes through a door of the table`() throws {
    var findings: [Finding] = []
    for room in rooms {
      var allowed = (walls.rows[room.name] ?? []).union(Walls.everywhere)
      if allowed.contains("Glibc") { allowed.insert("Darwin") }
      for path in files(of: room) {
        for line in ImportLine.all(in: try Tree.source(path))
        where !allowed.contains(line.module) {
          findings.append(
            Finding(path: path, line: line.line, message: "may not import \(line.module)"))
        }
      }
    }
    refuse(findings)
  }

  @Test func `every door is used`() throws {
    var findings: [String] = []
    for room in rooms {
      let paths = files(of: room)
      // A C target includes headers instead.
      if paths.isEmpty { continue }
      var imported: Set<String> = []
      for path in paths {
        imported.formUnion(ImportLine.all(in: try Tree.source(path)).map(\.module))
      }
      for name in (walls.rows[room.name] ?? []).subtracting(imported.union(Walls.system)).sorted() {
        findings.append("\(room.name) → \(name): no file imports it")
      }
    }
    refuse(findings)
  }

  @Test func `every import says how far it shows`() throws {
    var findings: [Finding] = []
    for path in Tree.swift(in: ["Sources"]) {
      for line in ImportLine.all(in: try Tree.source(path)) where line.access == nil {
        findings.append(
          Finding(path: path, line: line.line, message: "write `internal import`, or more"))
      }
    }
    refuse(findings)
  }

  @Test func `tests import what they declare`() throws {
    let allowed: Set<String> = ["Testing", "Foundation", "FoundationXML", "Glibc", "Dispatch"]
    var findings: [Finding] = []
    for target in manifest.targets where isOfTests(target) {
      let declared = allowed.union(Walls.everywhere).union(target.dependencies.map(\.name))
      for path in files(of: target) {
        for line in ImportLine.all(in: try Tree.source(path))
        where !declared.contains(line.module) {
          findings.append(
            Finding(path: path, line: line.line, message: "\(line.module) is not declared"))
        }
      }
    }
    refuse(findings)
  }

  @Test func `nothing in the manifest keeps others from depending on it`() throws {
    let source = try Tree.source("Package.swift")
    #expect(!source.code.contains { $0.contains("unsafeFlags") })
  }
}

/// Fails the test with the findings, a line each; only the first of many are shown.
func refuse(
  _ findings: [some CustomStringConvertible], at location: SourceLocation = #_sourceLocation
) {
  if findings.isEmpty { return }
  let shown = findings.prefix(40).map(\.description).joined(separator: "\n")
  Issue.record("\(findings.count) found:\n\(shown)", sourceLocation: location)
}
