import PurSightAPI
import PurSightRPC
import Testing

@Suite("Descriptors")
struct DescriptorTests {
  private let table = APIDescriptors.all

  @Test(arguments: [
    ("pursight.v1.CatalogService", "pursight/v1/catalog_service.proto"),
    ("pursight.v1.CatalogService.GetAsset", "pursight/v1/catalog_service.proto"),
    ("pursight.v1.Asset.fqn", "pursight/v1/asset.proto"),
    ("pursight.v1.ASSET_KIND_FILE", "pursight/v1/asset.proto"),
    ("pursight.v1.policy", "pursight/v1/options.proto"),
    ("google.rpc.ErrorInfo", "google/rpc/error_details.proto"),
    ("google.rpc.BadRequest.FieldViolation", "google/rpc/error_details.proto"),
    ("grpc.health.v1.Health", "grpc/health/v1/health.proto"),
    ("grpc.reflection.v1alpha.ServerReflection", "grpc/reflection/v1alpha/reflection.proto"),
    ("google.protobuf.Timestamp", "google/protobuf/timestamp.proto"),
  ])
  func `a symbol leads to its file`(symbol: String, file: String) throws {
    let index = try #require(table.fileBySymbol[symbol])
    #expect(table.files[index].name == file)
    #expect(table.fileByName[file] == index)
  }

  @Test func `what is served is what was published: text is text, and optional is optional`() throws
  {
    let index = try #require(table.fileByName["google/rpc/error_details.proto"])
    let names = table.files[index].bytes
    #expect(names.contains(sequence: Array("reason".utf8)))
    // FieldDescriptorProto { name: "reason" number: 1 label: OPTIONAL type: STRING json_name:
    // "reason" }
    #expect(
      names.contains(
        sequence: unhex("0a06726561736f6e 1801 2001 2809 5206726561736f6e")))
  }

  @Test func `a file comes after what it imports`() throws {
    let asset = try #require(table.fileByName["pursight/v1/asset.proto"])
    let options = try #require(table.fileByName["pursight/v1/options.proto"])
    let descriptor = try #require(table.fileByName["google/protobuf/descriptor.proto"])
    #expect(descriptor < options && options < asset)
  }
}

extension [UInt8] {
  fileprivate func contains(sequence: [UInt8]) -> Bool {
    indices.contains { self[$0...].starts(with: sequence) }
  }
}
