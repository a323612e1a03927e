import Testing

@testable import protogen

@Suite("Breaking changes")
struct BreakingCheckTests {
  private func complaints(_ after: Schema, before: Schema = Sample.schema(enums: [kind]))
    -> [String]
  {
    BreakingCheck(before: before, after: after).complaints()
  }

  private static let kind = Sample.enumeration("Kind", [("KIND_UNSPECIFIED", 0), ("KIND_FILE", 1)])

  private func thing(_ fields: [Field], reserved: [Range<Int32>] = []) -> Schema {
    Sample.schema(
      [Sample.request, Sample.message("Thing", fields, oneofs: ["which"], reserved: reserved)],
      enums: [Self.kind])
  }

  @Test func `what only grows breaks nothing`() {
    let grown = Sample.schema(
      [
        Sample.request, Sample.message("New", []),
        Sample.message(
          "Thing",
          [Sample.field("name", 1), Sample.field("count", 2, .int64), Sample.field("new", 3)]),
      ],
      enums: [
        Sample.enumeration("Kind", [("KIND_UNSPECIFIED", 0), ("KIND_FILE", 1), ("KIND_NEW", 2)])
      ],
      methods: [Sample.method(), Sample.method("NewThing")])
    #expect(complaints(grown).isEmpty)
    #expect(complaints(Sample.schema(enums: [Self.kind])).isEmpty)
  }

  @Test func `each break of a field is named`() {
    let name = Sample.field("name", 1)
    #expect(
      complaints(thing([name])) == [
        "field own.v1.Thing.count was removed; keep it deprecated, or write `reserved 2;` once no "
          + "client uses it."
      ])
    #expect(
      complaints(thing([name], reserved: [2..<3])) == [
        "field own.v1.Thing.count was removed; clients that still use it would break."
      ])
    #expect(
      complaints(thing([name, Sample.field("count", 3, .int64)])) == [
        "field own.v1.Thing.count got number 3 instead of 2; numbers stay."
      ])
    #expect(
      complaints(thing([name, Sample.field("total", 2, .int64)])) == [
        "field own.v1.Thing.count was renamed to total; JSON clients know it by its name."
      ])
    #expect(
      complaints(thing([name, Sample.field("count", 2, .int32)])) == [
        "field own.v1.Thing.count changed its type from int64 to int32."
      ])
    #expect(
      complaints(thing([name, Sample.field("count", 2, .int64, isRepeated: true)])) == [
        "field own.v1.Thing.count changed between single and repeated."
      ])
    #expect(
      complaints(thing([name, Sample.field("count", 2, .int64, isOptional: true)])) == [
        "field own.v1.Thing.count changed its presence (`optional`)."
      ])
    #expect(
      complaints(thing([name, Sample.field("count", 2, .int64, oneof: 0)])) == [
        "field own.v1.Thing.count moved from no oneof to which."
      ])
  }

  @Test func `each break of an enum is named`() {
    let without = Sample.schema(enums: [Sample.enumeration("Kind", [("KIND_UNSPECIFIED", 0)])])
    #expect(complaints(without) == ["enum value own.v1.Kind.KIND_FILE was removed; keep it."])
    let moved = Sample.schema(
      enums: [Sample.enumeration("Kind", [("KIND_UNSPECIFIED", 0), ("KIND_FILE", 2)])])
    #expect(
      complaints(moved) == [
        "enum value own.v1.Kind.KIND_FILE got number 2 instead of 1; numbers stay."
      ])
    #expect(
      complaints(Sample.schema()) == [
        "enum own.v1.Kind was removed; keep it, deprecated if need be."
      ])
  }

  @Test func `each break of a method is named`() {
    let check = { (methods: [Method]) in
      self.complaints(Sample.schema(enums: [Self.kind], methods: methods))
    }
    #expect(check([]) == ["method own.v1.Things.GetThing was removed; keep it."])
    #expect(
      check([Sample.method(input: "own.v1.Thing")]) == [
        "method own.v1.Things.GetThing changed its request from own.v1.GetThingRequest to "
          + "own.v1.Thing."
      ])
    #expect(
      check([Sample.method(output: "own.v1.GetThingRequest")]) == [
        "method own.v1.Things.GetThing changed its response from own.v1.Thing to "
          + "own.v1.GetThingRequest."
      ])
    #expect(
      check([Sample.method(serverStreams: true)]) == [
        "method own.v1.Things.GetThing changed what it streams."
      ])
    #expect(
      check([Sample.method(idempotency: .unknown)]).first?.contains("no longer safe to send again")
        == true)
  }

  @Test func `messages and services that are gone are named`() {
    #expect(
      complaints(Sample.schema([Sample.request], enums: [Self.kind])) == [
        "message own.v1.Thing was removed; keep it, deprecated if need be."
      ])
    var file = Sample.schema(enums: [Self.kind]).files[0]
    file.services = []
    #expect(complaints(Schema(files: [file])) == ["service own.v1.Things was removed; keep it."])
  }
}
