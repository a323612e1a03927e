internal import PurSightAPI
internal import PurSightCrypto
internal import PurSightExpression
internal import PurSightGovernance
internal import PurSightRPC
internal import PurSightServiceKit

/// What a read reads, decided before its first row.
struct ReadPlan: Sendable {
  /// The columns that are read: those that go out, then those that only the filter needs.
  let columns: [PurSightGovernance.Column]
  let outputCount: Int
  let filter: ExpressionProgram?
  let revision: Int64
  let rowsTotal: Int64
  let position: ReadPosition
  let tokenKey: [UInt8]
}

/// Where a read stands: behind a row of a segment, with so many rows sent.
struct ReadPosition: Hashable, Sendable {
  var revision: Int64
  /// The segment to read next.
  var segment: Int64 = 1
  /// Rows of that segment that are done.
  var row: Int64 = 0
  /// Rows that were sent.
  var sent: Int64 = 0
  /// Rows that were looked at.
  var scanned: Int64 = 0

  init(revision: Int64) { self.revision = revision }

  private static let fieldCount = 5
  private static let macBytes = 16

  /// Where a request goes on; nil for one that begins.
  /// - Throws: `INVALID_ARGUMENT` for a token that is not ours, or not of this read.
  init?(_ request: ReadRowsRequest, key: [UInt8]) throws(RPCError) {
    guard !request.resumeToken.isEmpty else { return nil }
    let refused = RPCError.invalidField(
      "resume_token",
      "It belongs to another read. Send the token with the same dataset, columns, filter, "
        + "revision and limit, or leave it out.", reason: "BAD_RESUME_TOKEN")
    guard let bytes = try? Base64.decode(request.resumeToken, .url),
      bytes.count == Self.fieldCount * 8 + Self.macBytes
    else { throw refused }
    let body = Array(bytes.prefix(Self.fieldCount * 8))
    let mac = Self.mac(body, request, key)
    guard constantTimeEqual(mac, Array(bytes.suffix(Self.macBytes))) else { throw refused }
    let fields = (0..<Self.fieldCount).map { field in
      body[(field * 8)..<(field * 8 + 8)].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
    revision = fields[0]
    segment = fields[1]
    row = fields[2]
    sent = fields[3]
    scanned = fields[4]
  }

  /// The token that lets the same request go on here.
  func token(_ request: ReadRowsRequest, key: [UInt8]) -> String {
    let body = [revision, segment, row, sent, scanned].flatMap { value in
      (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
    }
    return Base64.encode(body + Self.mac(body, request, key), .url)
  }

  private static func mac(
    _ body: [UInt8], _ request: ReadRowsRequest, _ key: [UInt8]
  ) -> [UInt8] {
    var bound = request
    bound.resumeToken = ""
    let digest = SHA256.hash(bound.serialized()).bytes
    // Without memory for a code no token fits, and the read has to begin anew.
    let code = try? HMACSHA256.authenticationCode(for: body + digest, key: key)
    return Array((code?.bytes ?? RandomToken.unusable).prefix(macBytes))
  }
}

/// Bytes that nobody can have been given.
private enum RandomToken {
  static var unusable: [UInt8] { (0..<32).map { _ in UInt8.random(in: 0...255) } }
}
