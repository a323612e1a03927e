import Foundation
import PurSightClient
import PurSightJSON
import Testing

@testable import pursightctl

@Suite struct DocumentTests {
  private func documents(_ text: String) throws -> [ResourceDocument] {
    try DocumentReader.documents(text, path: "rules.yaml")
  }

  private func failure(_ text: String) throws -> Failure {
    try #require(throws: Failure.self) { _ = try documents(text) }
  }

  @Test func `a rule set is read as its proto says`() throws {
    let document = try #require(
      try documents(
        """
        # comment
        resource: RuleSet
        name: flights
        dataset: flights
        rules:
          - id: known-plane
            columns: [tailnum]
            severity: warn
            reference: { dataset: planes, column: tailnum }
          - id: distance
            columns: [distance]
            severity: quarantine
            range: { minimum: 80, maximum: 4983.5, exclusive_maximum: true }
          - id: origin
            columns: [origin]
            inSet: { values: [EWR, NO, 1, 1.5, true, "2", ~] }
            allowedFraction: 0.25
          - id: unique
            columns: [a, b]
            unique: {}
        """
      ).first)
    #expect(document.kind == .ruleSet)
    #expect(document.name == "flights")
    #expect(document.place == "rules.yaml:2")
    let values: [Value] = [
      Value(kind: .stringValue("EWR")), Value(kind: .stringValue("NO")),
      Value(kind: .intValue(1)), Value(kind: .doubleValue(1.5)), Value(kind: .boolValue(true)),
      Value(kind: .stringValue("2")), Value(),
    ]
    let expected = RuleSet(
      dataset: "flights",
      rules: [
        Rule(
          id: "known-plane", columns: ["tailnum"], severity: .warn,
          check: .reference(ReferenceCheck(dataset: "planes", column: "tailnum"))),
        Rule(
          id: "distance", columns: ["distance"], severity: .quarantine,
          check: .range(
            RangeCheck(
              minimum: Value(kind: .intValue(80)), maximum: Value(kind: .doubleValue(4983.5)),
              exclusiveMaximum: true))),
        Rule(
          id: "origin", columns: ["origin"], check: .inSet(InSetCheck(values: values)),
          allowedFraction: 0.25),
        Rule(id: "unique", columns: ["a", "b"], check: .unique(UniqueCheck())),
      ])
    #expect(try document.message() as RuleSet == expected)
  }

  @Test func `a source says its kind in short, in full or in its own case`() throws {
    let read = try documents(
      """
      resource: Source
      name: one
      kind: file
      ---
      resource: Source
      name: projects/default/sources/two
      kind: SOURCE_KIND_CLOUD_STORAGE
      displayName: "Two"
      ---
      resource: Source
      name: three
      kind: cloud-storage
      display_name: 3
      owners: [user:ana@example.com]
      """)
    let sources = try read.map { try $0.message() as Source }
    #expect(read.map(\.name) == ["one", "two", "three"])
    #expect(sources.map(\.kind) == [.file, .cloudStorage, .cloudStorage])
    #expect(sources.map(\.displayName) == ["", "Two", "3"])
    #expect(sources[2].owners == ["user:ana@example.com"])
    #expect(read[2].names("owners") && !read[2].names("uri"))
  }

  @Test(arguments: [
    ("resource: RuleSet\nname: a\nrulez: []", "rules.yaml:3", "`rulez`", "`rules`"),
    (
      "resource: RuleSet\nname: a\nrules:\n  - id: b\n    severty: warn", "rules.yaml:5",
      "`severty`", "`severity`"
    ),
    ("resource: Source\nname: a\nkind: fil", "rules.yaml:3", "cannot be `fil`", "`file`"),
    ("resource: Sourse\nname: a", "rules.yaml:1", "`Sourse`", "`Source`"),
    ("resource: Dataset\nname: a\nrevision: 3", "rules.yaml:3", "only the server", "Remove"),
    ("resource: Dataset\nname: a\nkeyColumns: id", "rules.yaml:3", "is a list", "[id]"),
    ("name: a", "rules.yaml:1", "does not say what", "RuleSet"),
    (
      "resource: RuleSet\nname: a\nrules:\n  - id: b\n    allowedFraction: x", "rules.yaml:5",
      "is a number", nil
    ),
  ])
  func `a mistake is named with its line and the right word`(
    text: String, place: String, message: String, hint: String?
  ) throws {
    let failure = try failure(text)
    #expect(failure.message.hasPrefix(place + ":"))
    #expect(failure.message.contains(message))
    if let hint { #expect(try #require(failure.hint).contains(hint)) }
    #expect(failure.status.number == 64)
  }

  @Test(arguments: [
    ("resource: [unclosed", "line"), ("resource: Source\nname: a\nname: b", "twice"),
    ("- a list", "mapping"), ("resource: Source\nkind: file", "`name:`"),
    ("resource: RoleBinding\nrole: viewer", "`principal:`"),
  ])
  func `what is no document is refused in a sentence`(text: String, words: String) throws {
    #expect(try failure(text).message.contains(words))
  }

  @Test func `resources come in the order in which they can be made`() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("pursight-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let texts = [
      "b.yaml": "resource: Asset\nname: x\nkind: file\n---\nresource: Dataset\nname: d2",
      "a.yml": """
      resource: RoleBinding
      principal: user:a
      role: viewer
      ---
      resource: Dataset
      name: d1
      """,
      "c.yaml": "resource: Source\nname: s\n---\nresource: RuleSet\nname: r",
      "ignored.txt": "not yaml: [",
    ]
    for (name, text) in texts {
      try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }
    let read = try DocumentReader.documents([folder.path])
    #expect(read.map(\.name) == ["s", "r", "d1", "d2", "x", "user:a"])
    #expect(
      read.map { Applier.line(.same, $0) }
        == [
          "= source s", "= rules r", "= dataset d1", "= dataset d2", "= asset x",
          "= role viewer user:a",
        ])
  }

  @Test func `the same resource twice is an error that names both places`() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("pursight-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = "resource: Source\nname: a\n---\nresource: Source\nname: a\n"
    try Data(text.utf8).write(to: folder)
    let failure = try #require(throws: Failure.self) {
      _ = try DocumentReader.documents([folder.path])
    }
    #expect(failure.message.contains(":4:") && failure.message.contains(":1."))
  }

  @Test func `what is shown as YAML is taken again`() throws {
    let ruleSet = RuleSet(
      name: "projects/default/ruleSets/flights", dataset: "flights",
      rules: [
        Rule(
          id: "distance", columns: ["distance"], severity: .quarantine,
          check: .range(RangeCheck(minimum: Value(kind: .doubleValue(80))))),
        Rule(
          id: "origin", columns: ["origin"], severity: .stop,
          check: .inSet(
            InSetCheck(values: [
              Value(kind: .stringValue("80")), Value(kind: .stringValue("no")),
              Value(kind: .intValue(-3)), Value(kind: .stringValue("a: b, [c]")),
            ]))),
        Rule(
          id: "pattern", columns: ["tailnum"], severity: .warn,
          check: .pattern(PatternCheck(pattern: "N[0-9A-Z]{1,5}|\"x\"\\s#")),
          description: "Two\nlines, and: a colon\n"),
      ],
      version: 3, description: "",
      meta: ResourceMeta(uid: "0198", etag: "\"3\"", revision: 3))
    let text = try DocumentWriter.text(.ruleSet, ruleSet)
    let again = try #require(try documents(text).first)
    var expected = ruleSet
    expected.name = ""
    expected.version = 0
    expected.meta = nil
    #expect(again.name == "flights")
    #expect(try again.message() as RuleSet == expected)
    #expect(text.hasPrefix("resource: RuleSet\nname: flights\n"))
    #expect(text.contains("severity: quarantine\n"))
    #expect(text.contains("minimum: 80.0\n"))
  }

  @Test func `the examples of the repository are taken`() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("examples/flights")
    let read = try DocumentReader.documents([folder.path])
    #expect(
      read.map(\.name)
        == ["nycflights13", "flights", "airlines", "airports", "planes", "weather", "flights"])
    let ruleSet: RuleSet = try read[1].message()
    #expect(ruleSet.rules.count == 7)
    for document in read.dropFirst(2) { _ = try document.message() as Dataset }
  }

  @Test func `a difference is of fields that the document names`() throws {
    let document = try #require(
      try documents("resource: Source\nname: a\nkind: file\nuri: x\nowners: []").first)
    let current = Source(kind: .file, description: "kept", uri: "y", owners: ["user:b"])
    let fields = Difference.fields(
      document, current: try JSONText.value(current),
      wanted: try JSONText.value(document.message() as Source))
    #expect(
      fields == [
        .init(name: "uri", before: "\"y\"", after: "\"x\""),
        .init(name: "owners", before: "[\"user:b\"]", after: nil),
      ])
  }

  @Test func `a rule that says no severity is one that warns`() throws {
    let wanted = RuleSet(rules: [Rule(id: "a", check: .notNull(NotNullCheck()))])
    let stored = RuleSet(
      rules: [Rule(id: "a", severity: .warn, check: .notNull(NotNullCheck()))])
    #expect(RuleSetForm.canonical(wanted) == stored)
    #expect(RuleSetForm.canonical(stored) == stored)
  }
}
