import Testing

@testable import protogen

@Suite("Names")
struct NameTests {
  /// As protoc-gen-c 1.4.1 writes them.
  @Test(arguments: [
    ("pursight.v1.AssetKind", "Pursight__V1__AssetKind", "pursight__v1__asset_kind"),
    (
      "google.rpc.BadRequest.FieldViolation", "Google__Rpc__BadRequest__FieldViolation",
      "google__rpc__bad_request__field_violation"
    ),
    ("a_b.CSVOptions", "AB__CSVOptions", "a_b__csvoptions"),
  ])
  func `C names are those of protoc-gen-c`(name: String, structure: String, prefix: String) {
    #expect(CNames.structure(name) == structure)
    #expect(CNames.prefix(name) == prefix)
  }

  @Test(arguments: [
    ("name", "name"), ("column_id", "columnID"), ("id", "id"), ("display_name", "displayName"),
    ("default", "`default`"), ("type_url", "typeURL"), ("uid", "uid"), ("f2_x", "f2X"),
  ])
  func `members are in lower camel case with whole initialisms`(proto: String, swift: String) {
    #expect(SwiftNames.member(proto) == swift)
  }

  @Test(arguments: [
    ("ASSET_KIND_FILE", "AssetKind", "file"),
    ("ASSET_KIND_CLOUD_STORAGE", "AssetKind", "cloudStorage"),
    ("SERVING", "ServingStatus", "serving"), ("ASSET_KIND_DEFAULT", "AssetKind", "`default`"),
    ("TLS_VERSION_13", "TlsVersion", "tlsVersion13"),
  ])
  func `values of an enum lose its name`(value: String, type: String, swift: String) {
    #expect(SwiftNames.enumMember(value, of: type) == swift)
  }
}
