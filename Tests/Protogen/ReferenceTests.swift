import Foundation
import Testing

@testable import protogen

/// The rendered code of `Fixtures/sample.proto`, compared with files that were read by people.
@Suite("Reference files")
struct ReferenceTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Fixtures")

  private func schema() throws -> Schema {
    let bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: "sample.binpb")))
    return try SchemaLoader.load(WireMessage(bytes), name: "sample.binpb")
  }

  private func renderer() throws -> Renderer {
    Renderer(
      try schema(),
      RenderOptions(
        cModule: "CSample", swiftImports: ["PurSightAPI"], descriptorsName: "SampleDescriptors"))
  }

  @Test func `rendered Swift is as it was reviewed`() throws {
    let files = try renderer().swiftFiles()
    #expect(
      files.map(\.path) == [
        "sample.pb.swift", "sample.service.swift", "sample.client.swift", "SampleDescriptors.swift",
      ])
    for file in files {
      // The ending keeps the compiler away from them.
      let url = Self.folder.appending(path: file.path + ".txt")
      if ProcessInfo.processInfo.environment["SNAPSHOT_UPDATE"] == "1" {
        try Data(file.content).write(to: url)
      }
      let expected = [UInt8](try Data(contentsOf: url))
      let isEqual = file.content == expected
      #expect(isEqual, "\(file.path) differs; review it and run with SNAPSHOT_UPDATE=1")
    }
  }

  @Test func `two runs write the same bytes`() throws {
    #expect(try renderer().swiftFiles() == renderer().swiftFiles())
  }

  @Test func `the C side names every file and symbol`() throws {
    let files = try renderer().descriptorSources([("sample.proto", [1, 2, 255])])
    let source = String(decoding: files[1].content, as: UTF8.self)
    #expect(source.contains("static const unsigned char file_0[] = {\n  1,2,255,\n};"))
    #expect(source.contains("{ \"sample.v1.Boat.Position.latitude\", 0 },"))
    #expect(source.contains("{ \"sample.v1.BOAT_DRIVE_SAIL\", 0 },"))
    #expect(source.contains("{ \"sample.v1.Harbour.Radio\", 0 },"))
    let umbrella = String(decoding: files[2].content, as: UTF8.self)
    #expect(umbrella.contains("#include \"sample.pb-c.h\""))
    #expect(!umbrella.contains("options"))
  }

  @Test func `the patched set is what protoc-gen-c can take`() throws {
    let bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: "sample.binpb")))
    var set = try WireMessage(bytes)
    let meta = Set(try schema().files.filter(\.isMeta).map(\.name))
    #expect(meta == ["google/protobuf/descriptor.proto", "pursight/v1/options.proto"])
    try CPatch.apply(&set, meta: meta)
    let patched = try SchemaLoader.load(set, name: "patched")
    let file = try #require(patched.file("sample.proto"))
    #expect(file.dependencies == [])
    #expect(file.services.isEmpty)
    #expect(file.isProto3)
    let boat = try #require(patched.messages["sample.v1.Boat"])
    #expect(boat.fields.map(\.name) == ["f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8"])
    #expect(boat.fields.map(\.number) == [1, 2, 3, 4, 5, 6, 7, 8])
    // Text is bytes, an enum a number, and `optional` a oneof of one.
    #expect(boat.fields[0].kind == .bytes)
    #expect(boat.fields[1].kind == .int32)
    #expect(!boat.fields[2].isOptional)
    #expect(boat.oneofs.map(\.name) == ["o0", "o1"])
    #expect(boat.fields[2].oneof == 1)
    #expect(patched.messages["sample.v1.Boat.CrewEntry"]?.isMapEntry == false)
  }

  @Test func `comments and options are read from the set`() throws {
    let schema = try schema()
    let boat = try #require(schema.messages["sample.v1.Boat"])
    #expect(boat.comment == "A boat.\n\nIt floats.")
    #expect(boat.fields[0].comment == "Its name.")
    #expect(boat.fields[0].rule == FieldRule(isRequired: true, maxLength: 40))
    #expect(boat.fields[2].rule.minimum == 0)
    #expect(boat.fields[7].isDeprecated)
    #expect(schema.messages["sample.v1.ChartPart"]?.fields[0].isBulk == true)
    let service = try #require(schema.file("sample.proto")?.services.first)
    #expect(
      service.methods[0].policy
        == MethodPolicy(
          permission: "harbour.boats.get", resourceField: "name", audit: .classifiedRead,
          defaultDeadlineMilliseconds: 5000, stepUp: "recent"))
    #expect(service.methods[0].idempotency == .noSideEffects)
    #expect(service.methods[1].policy == nil)
    #expect(schema.file("sample.proto")?.comment == "A little of everything that protogen renders.")
  }

  @Test func `what is no descriptor set is an error`() {
    #expect(throws: ProtogenError.self) { try WireMessage([0x0a, 0x05, 0x01]) }
    #expect(throws: ProtogenError.self) { try SchemaLoader.load(WireMessage([]), name: "x") }
  }
}
