import Testing

@testable import PurSightGovernance

@Suite("Names")
struct NamesTests {
  @Test func `a resource name is taken apart`() throws {
    let name = try ResourceName(
      parsing: "projects/default/assets/0193e6a1-0000-7000-8000-000000000001",
      collection: "assets", field: "name")
    #expect(name.project == "default")
    #expect(name.id == "0193e6a1-0000-7000-8000-000000000001")
    #expect(name.hasUID)
    #expect(name.child == nil)
  }

  @Test func `a fully qualified name may stand for the uid, slashes included`() throws {
    let name = try ResourceName(
      parsing: "projects/p/datasets/nycflights13/flights/writeStreams/load-1",
      collection: "datasets", child: "writeStreams", field: "name")
    #expect(name.id == "nycflights13/flights")
    #expect(name.child?.id == "load-1")
    #expect(!name.hasUID)
  }

  @Test(arguments: [
    "", "projects", "projects/", "projects/p", "projects/p/assets", "projects/p/assets/",
    "projects//assets/a", "projects/p/datasets/a", "project/p/assets/a", "/projects/p/assets/a",
  ])
  func `another shape is refused with the shape that is meant`(_ text: String) {
    let error = #expect(throws: GovernanceError.self) {
      try ResourceName(parsing: text, collection: "assets", field: "asset.name")
    }
    #expect(error?.code == .invalid)
    #expect(error?.field == "asset.name")
    #expect(error?.message.contains("projects/{project}/assets/{id}") == true)
  }

  @Test func `a nested name needs both of its ids`() {
    for text in [
      "projects/p/datasets/d", "projects/p/datasets/d/writeStreams/",
      "projects/p/datasets/writeStreams/x", "projects/p/datasets/d/loads/x",
    ] {
      #expect(throws: GovernanceError.self) {
        try ResourceName(
          parsing: text, collection: "datasets", child: "writeStreams", field: "name")
      }
    }
  }

  @Test(arguments: ["a", "a-1", "abc", String(repeating: "z", count: 63)])
  func `a slug is lower-case letters, digits and dashes`(_ text: String) throws {
    try Slug.check(text, field: "id")
  }

  @Test(arguments: [
    "", "A", "1a", "-a", "a_b", "a b", "ä", String(repeating: "z", count: 64),
  ])
  func `anything else is no slug`(_ text: String) {
    #expect(throws: GovernanceError.self) { try Slug.check(text, field: "id") }
  }

  @Test func `slashes inside a segment are escaped`() throws {
    #expect(FullyQualifiedName.escape("a/b%c") == "a%2Fb%25c")
    let name = try FullyQualifiedName(parsing: "src/a%2Fb%25c", field: "fqn")
    #expect(name.segments == ["src", "a/b%c"])
    #expect(name.leaf == "a/b%c")
  }

  @Test(arguments: [
    "", "/a", "a/", "a//b", "a%2", "a%41", "a\nb", "0193e6a1-0000-7000-8000-000000000001",
    String(repeating: "a", count: 1025), Array(repeating: "a", count: 33).joined(separator: "/"),
  ])
  func `what is no fully qualified name says why`(_ text: String) {
    let error = #expect(throws: GovernanceError.self) {
      try FullyQualifiedName(parsing: text, field: "fqn")
    }
    #expect(error?.field == "fqn")
  }

  @Test func `the longest fully qualified name and the most segments are taken`() throws {
    _ = try FullyQualifiedName(parsing: String(repeating: "a", count: 1024), field: "fqn")
    let most = Array(repeating: "a", count: 32).joined(separator: "/")
    #expect(try FullyQualifiedName(parsing: most, field: "fqn").segments.count == 32)
  }

  @Test func `page sizes follow AIP-158`() throws {
    #expect(try PageSize(0).rows == 50)
    #expect(try PageSize(7).rows == 7)
    #expect(try PageSize(1000).rows == 1000)
    #expect(try PageSize(1001).rows == 1000)
    #expect(throws: GovernanceError.self) { try PageSize(-1) }
  }

  @Test func `a stale etag names both revisions`() throws {
    let actor = Actor(principal: "spiffe://dev/admin", peerAddress: "", method: "", requestID: "")
    let state = ResourceState.created(uid: "u", at: 10, by: actor).updated(at: 20, by: actor)
    #expect(state.etag == "\"2\"")
    try state.checkEtag("", of: "x")
    try state.checkEtag("\"2\"", of: "x")
    let error = #expect(throws: GovernanceError.self) { try state.checkEtag("\"1\"", of: "x") }
    #expect(error?.code == .conflict)
    #expect(error?.message.contains("\"1\"") == true && error?.message.contains("\"2\"") == true)
  }
}
