import PurSightAPI
import PurSightGovernance
import PurSightRPC
import PurSightServiceKit
import Testing

private struct Sources: PagedRequest {
  static var protoName: String { ListSourcesRequest.protoName }
  var message: ListSourcesRequest
  var pageSize: Int32 {
    get { message.pageSize }
    set { message.pageSize = newValue }
  }
  var pageToken: String {
    get { message.pageToken }
    set { message.pageToken = newValue }
  }
  init(_ message: ListSourcesRequest) { self.message = message }
  init(decoding bytes: UnsafeRawBufferPointer) throws(RPCError) {
    message = try unsafe ListSourcesRequest(decoding: bytes)
  }
  func encode(_ reserve: (Int) -> UnsafeMutableRawPointer) { unsafe message.encode(reserve) }
}

@Suite struct PageTokensTests {
  private let tokens = PageTokens(key: [UInt8](repeating: 1, count: 32))
  private let scope = Scope(project: 1, slug: "default")

  private func request(
    _ token: String = "", filter: String = "", size: Int32 = 0
  ) -> Sources {
    var request = ListSourcesRequest()
    request.parent = "projects/default"
    request.filter = filter
    request.pageSize = size
    request.pageToken = token
    return Sources(request)
  }

  private func code(_ request: Sources, _ scope: Scope? = nil) -> RPCCode? {
    do {
      _ = try tokens.page(request, scope ?? self.scope)
      return nil
    } catch { return (error as? RPCError)?.code ?? .unknown }
  }

  @Test(arguments: [[""], ["a"], ["0190", "b/c"], [String(repeating: "x", count: 1000)]])
  func `a token gives the key back that it was made of`(_ key: [String]) throws {
    let token = try tokens.token(after: key, request(), scope)
    #expect(try tokens.page(request(token), scope).after == key)
  }

  @Test func `the size of the page may change between pages`() throws {
    let token = try tokens.token(after: ["a"], request(size: 10), scope)
    let page = try tokens.page(request(token, size: 20), scope)
    #expect(page.after == ["a"])
    #expect(page.limit == 20)
  }

  @Test func `a token is good for its own arguments and project only`() throws {
    let token = try tokens.token(after: ["a"], request(filter: "x"), scope)
    #expect(code(request(token, filter: "x")) == nil)
    #expect(code(request(token, filter: "y")) == .invalidArgument)
    let other = Scope(project: 2, slug: "other")
    #expect(code(request(token, filter: "x"), other) == .invalidArgument)
    let stranger = PageTokens(key: [UInt8](repeating: 2, count: 32))
    #expect(throws: RPCError.self) {
      try stranger.page(request(token, filter: "x"), scope)
    }
  }

  @Test func `no change of a token goes unseen`() throws {
    let token = try tokens.token(after: ["abc", "def"], request(), scope)
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    for position in token.indices {
      let old = alphabet.firstIndex(of: token[position]) ?? 0
      var changed = token
      // The neighbour that differs in the highest bit, so that padding bits do not matter.
      changed.replaceSubrange(position...position, with: [alphabet[(old + 32) % 64]])
      #expect(code(request(changed)) == .invalidArgument)
    }
  }

  @Test(arguments: [
    "x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%%%", String(repeating: "A", count: 5000),
  ])
  func `what is no token is refused`(_ text: String) {
    #expect(code(request(text)) == .invalidArgument)
  }

  @Test func `0 is 50, above 1000 is 1000, negative is refused`() throws {
    #expect(try tokens.page(request(size: 0), scope).limit == 50)
    #expect(try tokens.page(request(size: 1000), scope).limit == 1000)
    #expect(try tokens.page(request(size: 1001), scope).limit == 1000)
    #expect(throws: GovernanceError.self) { try tokens.page(request(size: -1), scope) }
  }
}
