import Foundation
import Testing

@Suite struct DocumentTests {
  /// Lines of ARCHITECTURE.md: more is not read.
  static let maxArchitectureLines = 200

  static let pages =
    Tree.rootFiles(ending: ".md")
    + Tree.files(in: ["docs", "deploy", "examples", "Benchmarks", "dev"], ending: ".md")

  @Test func `every room is named in ARCHITECTURE.md, which stays short`() throws {
    let text = try Tree.text("ARCHITECTURE.md")
    #expect(text.split(separator: "\n").count < Self.maxArchitectureLines)
    var missing: [String] = []
    for target in try Manifest.load().targets where target.type != "test" {
      guard let path = target.path, path.hasPrefix("Sources/") else { continue }
      let folder = path.split(separator: "/").last.map(String.init) ?? path
      if !text.contains("`\(folder)`") && !text.contains("\(folder)/") { missing.append(path) }
    }
    refuse(missing)
  }

  @Test(arguments: pages) func `a page has one title and no dead link`(path: String) throws {
    var titles = 0
    var findings: [Finding] = []
    var isCode = false
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    let lines = try Tree.text(path).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("```") { isCode.toggle() }
      if isCode { continue }
      if line.hasPrefix("# ") { titles += 1 }
      for match in line.matches(of: #/\]\(([^)#\s]+)[^)]*\)/#) {
        let link = String(match.1)
        if link.contains("://") || link.hasPrefix("mailto:") { continue }
        let target = folder.isEmpty ? link : folder + "/" + link
        if !Tree.exists(target) {
          findings.append(Finding(path: path, line: index + 1, message: "no file \(link)"))
        }
      }
    }
    #expect(titles == 1)
    #expect(!isCode, "a code block is not closed")
    refuse(findings)
  }

  @Test func `nothing names one machine's paths or a registry's host`() throws {
    // In pieces, so that this file does not name them.
    let words = [
      ["/wo", "rk/"], ["/opt", "/swift"], ["sha", "red/design"], ["sha", "red/bench"],
      ["farm-", "bench"], ["pypi", ".org"], ["python", "hosted"], ["deb.", "debian"],
      ["/home", "/"], ["/root", "/"],
    ].map { $0.joined() }
    let folders = [
      "Sources", "Tests", "proto", "docs", "dev", "deploy", "examples", "Benchmarks", ".ci",
    ]
    let endings = [
      ".swift", ".md", ".sh", ".py", ".yaml", ".yml", ".txt", ".proto", ".c", ".h", ".cc", ".sql",
      "/run", "Makefile",
    ]
    var paths = endings.flatMap { Tree.files(in: folders, ending: $0) }
    paths += Tree.rootFiles(ending: "").filter { !$0.hasPrefix(".") && Self.isText($0) }
    var findings: [Finding] = []
    for path in Set(paths).sorted() {
      guard let text = try? Tree.text(path) else { continue }
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        for word in words where line.contains(word) {
          findings.append(Finding(path: path, line: index + 1, message: "names \(word)"))
        }
      }
    }
    refuse(findings)
    #expect(paths.count > 100)
  }

  private static func isText(_ name: String) -> Bool {
    name.hasSuffix(".md") || name == "Makefile" || name == "Package.swift"
  }
}
