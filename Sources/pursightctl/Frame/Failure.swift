internal import Foundation
internal import PurSightClient

/// How a command ended that did not do what was asked: a sentence, what to do, and the exit code.
struct Failure: Error, Equatable {
  /// The exit code; see `ExitStatus`.
  var status: ExitStatus
  /// A stable word for programs, such as `NOT_FOUND` or `USAGE`.
  var code: String
  /// What happened, to which name.
  var message: String
  /// What to do next; nil where the message says all there is.
  var hint: String?
  /// The server's word for the reason; empty: none.
  var reason = ""
  /// What belongs to the reason.
  var metadata: [String: String] = [:]
  /// The fields that the server refused: path and sentence.
  var fields: [Field] = []
  /// The call's id in the server's log.
  var requestID: String?

  struct Field: Equatable {
    let path: String
    let message: String
  }

  /// A mistake on the command line or in a file that was given.
  static func usage(_ message: String, hint: String? = nil) -> Failure {
    Failure(status: .usage, code: "USAGE", message: message, hint: hint)
  }

  /// An error with the exit code of a gRPC status.
  static func code(_ code: RPCCode, _ message: String, hint: String? = nil) -> Failure {
    Failure(status: .init(code), code: code.name, message: message, hint: hint)
  }
}

extension Failure {
  /// What the SDK says, with what a user of the command line can do.
  init(_ error: PurSightError) {
    self.init(
      status: ExitStatus(error.code), code: error.code.name,
      message: Self.sentence(error), hint: Self.hint(error), reason: error.reason,
      metadata: error.metadata,
      fields: error.fieldViolations.map { Field(path: $0.field, message: $0.description) },
      requestID: error.requestID)
  }

  private static func sentence(_ error: PurSightError) -> String {
    if error.reason == "PERMISSION_DENIED", let principal = error.metadata["principal"],
      let permission = error.metadata["permission"]
    {
      return refusal(principal, permission, on: error.metadata["resource"] ?? "")
    }
    let hasHint = error.code == .unavailable && ConnectionHint.of(error.message) != nil
    var message = hasHint ? ConnectionHint.withoutAdvice(error.message) : error.message
    for row in error.rows.prefix(maxRows) {
      let column = row.column.isEmpty ? "" : ", column \(row.column)"
      message += "\n  row \(row.offset)\(column): \(row.message)"
    }
    return message
  }

  /// Rows to blame that are shown of a refused load.
  private static let maxRows = 5

  /// `spiffe://dev/guest may not read flights: it lacks ingestion.datasets.read`.
  private static func refusal(
    _ principal: String, _ permission: String, on resource: String
  ) -> String {
    let parts = permission.split(separator: ".")
    let verb = parts.last == "get" ? "see" : String(parts.last ?? "do this to")
    let last = resource.split(separator: "/").dropFirst(3).joined(separator: "/")
    let name = last.isEmpty ? String(parts.dropLast().last ?? "this") : last
    return "\(principal) may not \(verb) \(name): it lacks \(permission)"
  }

  private static func hint(_ error: PurSightError) -> String? {
    guard error.code == .unavailable else { return error.advice ?? ServerHint.of(error) }
    return ConnectionHint.of(error.message) ?? error.advice
  }

  /// Any error as a failure.
  init(any error: any Error) {
    switch error {
    case let error as Failure: self = error
    case let error as PurSightError: self.init(error)
    case let error as RPCError: self = .code(error.code, error.message)
    case is CancellationError:
      self.init(status: .interrupted, code: "CANCELLED", message: "Interrupted.")
    case let error as CocoaError: self = .code(.invalidArgument, Self.file(error))
    default: self = .code(.unknown, "\(error)")
    }
  }

  private static func file(_ error: CocoaError) -> String {
    guard let path = error.filePath else { return error.localizedDescription }
    switch error.code {
    case .fileReadNoSuchFile, .fileNoSuchFile: return "There is no file \(path)."
    case .fileReadNoPermission, .fileWriteNoPermission:
      return "This user may not use \(path)."
    default: return "\(path): \(error.localizedDescription)"
    }
  }
}
