import Testing

/// The protos that others read are their own documentation.
@Suite struct ProtoTests {
  @Test(arguments: Tree.files(in: ["proto/pursight/v1"], ending: ".proto"))
  func `every component has a comment`(path: String) throws {
    var findings: [Finding] = []
    var previous: Substring = ""
    let lines = try Tree.text(path).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let text = Substring(line.trimmed)
      if Self.declares(text), !previous.hasPrefix("//") {
        findings.append(Finding(path: path, line: index + 1, message: "no comment above it"))
      }
      previous = text
    }
    refuse(findings)
    #expect(lines.contains("package pursight.v1;"))
  }

  @Test func `what declares something is recognised`() {
    let declarations: [Substring] = [
      "message Asset {", "enum Kind {", "service S {", "rpc Get(A) returns (B) {", "oneof check {",
      "string name = 1;", "repeated Rule rules = 3 [(rule).max_length = 1000];",
      "map<string, Parameter> parameters = 4;", "KIND_FILE = 1;", "optional double x = 10;",
      "pursight.v1.Rule rule = 2;",
    ]
    for line in declarations { #expect(Self.declares(line), "\(line)") }
    let others: [Substring] = [
      "option idempotency_level = IDEMPOTENT;", "syntax = \"proto3\";", "import \"a.proto\";", "}",
      "// string a = 1;", "reserved 3;", "extend google.protobuf.FieldOptions {", "",
      "option (policy) = { permission: \"a\" };",
    ]
    for line in others { #expect(!Self.declares(line), "\(line)") }
  }

  private static func declares(_ line: Substring) -> Bool {
    let words = line.split(separator: " ")
    guard let first = words.first else { return false }
    if ["message", "enum", "service", "rpc", "oneof"].contains(first) { return true }
    if first.hasPrefix("//") || ["option", "syntax", "package", "import"].contains(first) {
      return false
    }
    return line.firstMatch(of: #/^[\w.<>, ]+ = -?\d+( \[.*\])?;?/#) != nil
  }
}
