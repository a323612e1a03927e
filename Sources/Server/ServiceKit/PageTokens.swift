internal import PurSightAPI
internal import PurSightCrypto
package import PurSightGovernance
package import PurSightRPC

/// A request for one page of a list (AIP-158). Generated requests have these fields.
package protocol PagedRequest: RPCMessage {
  var pageSize: Int32 { get set }
  var pageToken: String { get set }
}

/// One page, as a caller asked for it.
package struct PageRequest: Hashable, Sendable {
  /// How many rows the page holds at the most.
  package let limit: Int
  /// The key of the last row of the page before; nil: this is the first page.
  package let after: [String]?
}

/// Makes and reads page tokens: opaque, bound to the other arguments of the request and to the
/// project, and authenticated, so that a caller can neither make one nor use one elsewhere.
package struct PageTokens: Sendable {
  /// Texts of a key.
  static let maxKeyParts = 8
  /// Bytes of a token's text.
  static let maxTokenBytes = 4096
  /// Bytes of HMAC-SHA-256 that are kept: enough against guessing online.
  static let codeBytes = 16

  private let key: [UInt8]

  /// - Parameter key: 32 secret bytes, the same on all servers of a deployment.
  package init(key: [UInt8]) { self.key = key }

  /// The page that a request asks for.
  /// - Throws: `INVALID_ARGUMENT` for a negative size, and for a token that is none of ours or was
  ///   made for other arguments.
  package func page(
    _ request: some PagedRequest, _ scope: Scope
  ) throws -> PageRequest {
    let size = try PageSize(request.pageSize)
    guard !request.pageToken.isEmpty else { return PageRequest(limit: size.rows, after: nil) }
    guard let after = try read(request.pageToken, arguments(request, scope)) else {
      throw RPCError.invalidField(
        "page_token",
        "is not one that this list gave for these arguments. Leave it empty to begin again.",
        reason: "INVALID_PAGE_TOKEN")
    }
    return PageRequest(limit: size.rows, after: after)
  }

  /// The token of the page that follows.
  /// - Parameter key: What the last row of this page is found again by.
  package func token(
    after key: [String], _ request: some PagedRequest, _ scope: Scope
  ) throws -> String {
    var body: [UInt8] = []
    for part in key {
      let bytes = Array(part.utf8)
      body += [UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)]
      body += bytes
    }
    precondition(key.count <= Self.maxKeyParts, "a page key has a few parts")
    let code = try code(of: body, arguments(request, scope))
    return Base64.encode(code + body, .url)
  }

  private func read(_ token: String, _ arguments: [UInt8]) throws -> [String]? {
    guard token.utf8.count <= Self.maxTokenBytes, let bytes = try? Base64.decode(token, .url),
      bytes.count > Self.codeBytes
    else { return nil }
    let body = Array(bytes.dropFirst(Self.codeBytes))
    let expected = try code(of: body, arguments)
    guard constantTimeEqual(expected, Array(bytes.prefix(Self.codeBytes))) else { return nil }
    var key: [String] = []
    var rest = body[...]
    while rest.count >= 2 {
      let count = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
      rest = rest.dropFirst(2)
      guard rest.count >= count else { return nil }
      key.append(String(decoding: rest.prefix(count), as: UTF8.self))
      rest = rest.dropFirst(count)
    }
    return rest.isEmpty ? key : nil
  }

  private func code(of body: [UInt8], _ arguments: [UInt8]) throws -> [UInt8] {
    let digest = try HMACSHA256.authenticationCode(
      for: SHA256.hash(arguments).bytes + body, key: key)
    return Array(digest.bytes.prefix(Self.codeBytes))
  }

  /// Everything but the place in the list: its type, its other fields and the project.
  private func arguments<Request: PagedRequest>(_ request: Request, _ scope: Scope) -> [UInt8] {
    var request = request
    request.pageSize = 0
    request.pageToken = ""
    return Array("\(Request.protoName)\n\(scope.slug)\n".utf8) + request.serialized()
  }
}
