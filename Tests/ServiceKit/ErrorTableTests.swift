import PurSightAPI
import PurSightExpression
import PurSightGovernance
import PurSightRPC
import PurSightServiceKit
import PurSightStorage
import Testing

/// The product's error table, written out a second time by hand.
@Suite struct ErrorTableTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let error: any Error & Sendable
    let code: RPCCode
    let reason: String
    let details: [String]
    var testDescription: String { "\(error)" }
  }

  static let rows: [Row] = [
    Row(
      error: GovernanceError(.invalid, field: "source.owners[2]", "wrong"),
      code: .invalidArgument, reason: "INVALID_FIELD", details: ["BadRequest"]),
    Row(
      error: GovernanceError(.precondition, field: "x", "no"), code: .failedPrecondition,
      reason: "PRECONDITION", details: ["PreconditionFailure"]),
    Row(
      error: GovernanceError(.conflict, "late"), code: .aborted, reason: "CONFLICT", details: []),
    Row(
      error: GovernanceError(.outOfRange, "far"), code: .outOfRange, reason: "OUT_OF_RANGE",
      details: []),
    Row(
      error: GovernanceError(.alreadyExists, "there"), code: .alreadyExists,
      reason: "ALREADY_EXISTS", details: []),
    Row(
      error: ExpressionError(.unknownName, at: 12, "unknown column"), code: .invalidArgument,
      reason: "INVALID_EXPRESSION", details: ["BadRequest"]),
    Row(
      error: StorageError(.notFound, "none"), code: .notFound, reason: "NOT_FOUND", details: []),
    Row(
      error: StorageError(.alreadyExists(constraint: "c"), "there"), code: .alreadyExists,
      reason: "ALREADY_EXISTS", details: []),
    Row(
      error: StorageError(.guardFailed(.revision), "late"), code: .aborted, reason: "CONFLICT",
      details: []),
    Row(
      error: StorageError(.missingReference(constraint: "c"), "gone"), code: .failedPrecondition,
      reason: "MISSING_REFERENCE", details: []),
    Row(
      error: StorageError(.requestReused, "again"), code: .invalidArgument,
      reason: "REQUEST_ID_REUSED", details: ["BadRequest"]),
    Row(
      error: StorageError(.invalid, "NUL"), code: .invalidArgument, reason: "INVALID_VALUE",
      details: []),
    Row(
      error: StorageError(.unavailable, "down"), code: .unavailable,
      reason: "DATABASE_UNAVAILABLE", details: ["RetryInfo"]),
    Row(
      error: StorageError(.busy, "full"), code: .unavailable, reason: "DATABASE_BUSY",
      details: ["RetryInfo"]),
    Row(
      error: StorageError(.inDoubt, "perhaps"), code: .unavailable, reason: "COMMIT_IN_DOUBT",
      details: []),
    Row(
      error: StorageError(.deadline, "late"), code: .deadlineExceeded, reason: "DEADLINE",
      details: []),
    Row(
      error: StorageError(.cancelled, "gone"), code: .cancelled, reason: "CANCELLED",
      details: []),
    Row(
      error: StorageError(.diskFull, "full"), code: .resourceExhausted, reason: "DISK_FULL",
      details: ["QuotaFailure"]),
    Row(
      error: StorageError(.corrupt, "bad"), code: .dataLoss, reason: "CORRUPT", details: []),
    Row(
      error: StorageError(.unaudited, "bug"), code: .internal, reason: "INTERNAL", details: []),
    Row(
      error: StorageError(.internal, "bug"), code: .internal, reason: "INTERNAL", details: []),
    Row(error: CancellationError(), code: .cancelled, reason: "CANCELLED", details: []),
  ]

  @Test(arguments: rows) func `an error is the status of its row`(_ row: Row) throws {
    let status = try #require(ErrorTable.status(for: row.error))
    #expect(status.code == row.code)
    #expect(
      Set(status.details.map(\.typeName))
        == Set((row.details + ["ErrorInfo"]).map { "google.rpc." + $0 }))
    let info = try #require(status.details.first { $0.typeName == "google.rpc.ErrorInfo" })
    let decoded = try ErrorInfo(serialized: info.value)
    #expect(decoded.reason == row.reason)
    #expect(decoded.domain == "pursight")
  }

  @Test func `an invalid field is named in the details and in the message`() throws {
    let status = try #require(
      ErrorTable.status(for: GovernanceError(.invalid, field: "a.b[1]", "is wrong")))
    #expect(status.message == "a.b[1]: is wrong")
    let detail = try #require(status.details.first { $0.typeName == "google.rpc.BadRequest" })
    #expect(
      try BadRequest(serialized: detail.value).fieldViolations
        == [.init(field: "a.b[1]", description: "is wrong")])
  }

  @Test func `a status passes as it is`() throws {
    let status = try #require(ErrorTable.status(for: RPCError(.dataLoss, "as it is")))
    #expect(status.code == .dataLoss)
    #expect(status.message == "as it is")
    #expect(status.details.isEmpty)
  }

  @Test func `an error that nobody has foreseen says nothing of the inside`() {
    struct Secret: Error {}
    #expect(ErrorTable.status(for: Secret()) == nil)
    let status = ErrorTable.unforeseen(requestID: "r-7")
    #expect(status.code == .internal)
    #expect(status.message.contains("r-7"))
  }

  @Test func `a name that is near is suggested`() {
    let status = RPCError.notFound("dataset", "fligths", suggestion: "flights")
    #expect(status.message == "There is no dataset \"fligths\"; did you mean \"flights\"?")
  }
}
