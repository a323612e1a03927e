import Testing

@testable import protogen

@Suite("Lints")
struct LintTests {
  private func complaints(_ schema: Schema, own: [String] = ["own.v1"]) -> [String] {
    Lint(schema, ownPackages: own).complaints()
  }

  /// There is one complaint, and it says all of these.
  private func expect(
    _ schema: Schema, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let found = complaints(schema)
    #expect(found.count == 1, "\(found)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(found.first?.contains(part) == true, "\(found)", sourceLocation: sourceLocation)
    }
  }

  private func thing(_ fields: [Field], oneofs: [String] = []) -> Schema {
    Sample.schema([Sample.request, Sample.message("Thing", fields, oneofs: oneofs)])
  }

  @Test func `a schema by the rules has no complaints`() {
    #expect(complaints(Sample.schema()).isEmpty)
  }

  @Test func `a message that holds itself is refused, over others too`() {
    let parent = Sample.message("Node", [Sample.field("leaf", 1, .message("own.v1.Leaf"))])
    let leaf = Sample.message(
      "Leaf", [Sample.field("node", 1, .message("own.v1.Node"), isRepeated: true)])
    let found = complaints(Sample.schema([Sample.request, Sample.thing, parent, leaf]))
    #expect(found.count == 2)
    #expect(found[0].contains("own.v1.Node → own.v1.Leaf → own.v1.Node is recursive"))
  }

  @Test func `every component of an own package wants a comment, a foreign one none`() {
    let bare = Sample.schema(
      [
        Sample.request,
        Sample.message("Thing", [Sample.field("name", 1, comment: "")], comment: ""),
      ],
      comment: "")
    #expect(complaints(bare).count == 3)
    #expect(
      complaints(bare).contains(
        "own/v1/own.proto: field own.v1.Thing.name has no comment; "
          + "say in a sentence above it what it is."
      ))
    #expect(complaints(bare, own: []).isEmpty)
  }

  @Test func `a method of an own package wants a policy, a foreign one none`() {
    let schema = Sample.schema(methods: [Sample.method(policy: nil)])
    expect(schema, "own.v1.Things.GetThing has no policy", "option (policy)")
    #expect(complaints(schema, own: []).isEmpty)
  }

  private func policy(_ change: (inout MethodPolicy) -> Void) -> Schema {
    var policy = Sample.policy
    change(&policy)
    return Sample.schema(methods: [Sample.method(policy: policy)])
  }

  @Test func `a policy wants all of its parts`() {
    expect(policy { $0.permission = "" }, "service.resources.verb")
    expect(policy { $0.permission = "own..get" }, "service.resources.verb")
    expect(policy { $0.audit = .unspecified }, "AUDIT_CLASS_")
    expect(policy { $0.defaultDeadlineMilliseconds = nil }, "no default deadline")
    expect(policy { $0.resourceField = "nope" }, "no text field of own.v1.GetThingRequest")
    expect(policy { $0.audit = .mutation }, "a mutation without side effects")
    expect(
      Sample.schema(methods: [Sample.method(idempotency: .unknown)]),
      "changes nothing but does not say so")
  }

  @Test func `a stream may live without a deadline`() {
    var policy = Sample.policy
    policy.defaultDeadlineMilliseconds = nil
    #expect(
      complaints(Sample.schema(methods: [Sample.method(serverStreams: true, policy: policy)]))
        .isEmpty)
  }

  @Test func `two methods with one request agree on its resource field`() {
    var other = Sample.policy
    other.resourceField = ""
    let schema = Sample.schema(methods: [
      Sample.method(), Sample.method("PeekThing", policy: other),
    ])
    #expect(complaints(schema).count == 2)
    #expect(complaints(schema)[0].contains("another resource field"))
  }

  @Test func `bulk is for one single bytes field per message`() {
    expect(thing([Sample.field("data", 1, .string, isBulk: true)]), "not a single `bytes` field")
    expect(
      thing([
        Sample.field("a", 1, .bytes, isBulk: true), Sample.field("b", 2, .bytes, isBulk: true),
      ]),
      "more than one `bulk` field: a, b")
    let block = Sample.message("Block", [Sample.field("data", 1, .bytes, isBulk: true)])
    let holder = Sample.message(
      "Thing", [Sample.field("blocks", 1, .message("own.v1.Block"), isRepeated: true)])
    expect(
      Sample.schema([Sample.request, holder, block]),
      "repeats own.v1.Block, which carries a `bulk` field")
  }

  @Test func `a rule has to fit its field`() {
    expect(thing([Sample.field("a", 1, .int32, rule: FieldRule(maxLength: 3))]), "max_length")
    expect(thing([Sample.field("a", 1, .string, rule: FieldRule(minimum: 3))]), "minimum")
    expect(thing([Sample.field("a", 1, .bytes, rule: FieldRule(format: "slug"))]), "single strings")
    expect(
      thing([Sample.field("a", 1, rule: FieldRule(format: "email"))]),
      "identifier, resource_name, slug, uuid")
    expect(
      thing([Sample.field("a", 1, oneof: 0, rule: FieldRule(isRequired: true))], oneofs: ["which"]),
      "required but one of several")
  }

  @Test func `an enum begins with UNSPECIFIED and its values with its name`() {
    expect(
      Sample.schema(enums: [Sample.enumeration("Kind", [("KIND_FILE", 0)])]), "KIND_UNSPECIFIED = 0"
    )
    expect(
      Sample.schema(enums: [Sample.enumeration("Kind", [("KIND_UNSPECIFIED", 0), ("FILE", 1)])]),
      "the value FILE does not begin with KIND_")
  }

  @Test func `names that meet in Swift are refused`() {
    expect(
      thing([Sample.field("column_id", 1), Sample.field("columnID", 2)]), "would both be columnID")
    expect(
      Sample.schema([Sample.request, Sample.thing, Sample.message("Result", [])]),
      "the Swift type Result, which is taken")
    expect(
      thing([Sample.field("a", 1, oneof: 0)], oneofs: ["type"]),
      "the Swift type Type, which is taken")
  }

  @Test func `a file that is not proto3 is refused`() {
    expect(Sample.schema(isProto3: false), "not proto3")
  }

  @Test func `options that protogen would misread are refused`() {
    var file = Sample.schema().files[0]
    file.dependencies = [SchemaFile.descriptorProto]
    file.extensions = [
      ExtensionField(
        extendee: "google.protobuf.MethodOptions", name: "policy", number: 50_009, kind: .int32)
    ]
    let found = complaints(Schema(files: [file]), own: [])
    #expect(found.contains { $0.contains("the option policy as number 50001") })
    #expect(found.contains { $0.contains("MethodPolicy.permission as number 1") })
  }
}
