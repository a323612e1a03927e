import ArgumentParser
import Foundation
import PurSightJSON
import Testing

@testable import PurSightClient
@testable import pursightctl

@Suite struct FailureTests {
  // Numbers from gRPC's statuscodes.md, plus 64.
  @Test(
    arguments: [
      (1, 65), (2, 66), (3, 67), (5, 69), (6, 70), (7, 71), (9, 73), (12, 76), (14, 78), (16, 80),
    ] as [(Int32, Int32)])
  func `the exit code is 64 and the gRPC code`(code: Int32, number: Int32) {
    #expect(ExitStatus(RPCCode(rawValue: code)).number == number)
  }

  @Test func `a code that nobody knows is UNKNOWN`() {
    #expect(ExitStatus(RPCCode(rawValue: 99)).number == 66)
    #expect(ExitStatus(RPCCode(rawValue: 0)).number == 66)
  }

  @Test func `a refusal says who may not do what, and which right is missing`() {
    var error = PurSightError(.permissionDenied, "server's words", advice: "Ask.")
    error.reason = "PERMISSION_DENIED"
    error.metadata = [
      "principal": "spiffe://dev/guest", "permission": "ingestion.datasets.read",
      "resource": "projects/default/datasets/flights",
    ]
    let failure = Failure(error)
    #expect(
      ErrorReport.text(failure, Painter(isOn: false)) == """
        error: spiffe://dev/guest may not read flights: it lacks ingestion.datasets.read
        hint: Ask.

        """)
    #expect(failure.status.number == 71)
  }

  @Test(arguments: [
    (
      "h:1: connecting failed for h:1: Connection refused. Nothing listens there: start the "
        + "server, or check the address.", "Nothing listens there.", "pursightd dev"
    ),
    (
      "TLS with h:1 failed: wrong version number. The server does not speak TLS on this port; "
        + "check the port, or use plaintext.", "does not speak TLS on this port.", "--plaintext"
    ),
    (
      "TLS with h:1 failed: certificate required. The server wants a client certificate: give "
        + "certificate and key.", "wants a client certificate.", "--cert and --key"
    ),
    (
      "TLS with h:1 failed: verify failed. The certificate's issuer is not trusted: give the right "
        + "CA file.", "is not trusted.", "--ca"
    ),
    (
      "TLS with h:1 failed: ip address mismatch. The server's certificate is for another name: "
        + "check the address or its names.", "is for another name.", "--server-name"
    ),
    (
      "The connection to h:1 was closed by the server. It may want TLS: give its CA file.",
      "It may want TLS.", "--plaintext"
    ),
    (
      "TLS with h:1 failed: certificate has expired. A certificate has expired: renew it.",
      "A certificate has expired.", "doctor"
    ),
  ])
  func `a connection that fails is told in flags that change it`(
    message: String, end: String, hint: String
  ) throws {
    let failure = Failure(PurSightError(.unavailable, message))
    #expect(failure.message.hasSuffix(end))
    #expect(try #require(failure.hint).contains(hint))
    #expect(failure.status.number == 78)
  }

  @Test func `fields that the server refused are listed`() {
    var error = PurSightError(.invalidArgument, "Two fields are wrong.")
    error.fieldViolations = [
      .init(field: "dataset.fqn", description: "is needed"),
      .init(field: "dataset.key_columns[1]", description: "is no column"),
    ]
    let text = ErrorReport.text(Failure(error), Painter(isOn: false))
    #expect(text.contains("  dataset.fqn: is needed\n  dataset.key_columns[1]: is no column\n"))
  }

  @Test func `errors are JSON for programs`() throws {
    var error = PurSightError(.notFound, "There is no dataset \"a\nb\".", advice: "Look.")
    error.reason = "NO_DATASET"
    error.requestID = "r-1"
    let text = ErrorReport.json(Failure(error))
    #expect(text.hasSuffix("}\n") && !text.dropLast().contains("\n"))
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["code"] as? String == "NOT_FOUND")
    #expect(object["message"] as? String == "There is no dataset \"a\nb\".")
    #expect(object["hint"] as? String == "Look.")
    #expect(object["reason"] as? String == "NO_DATASET")
    #expect(object["requestId"] as? String == "r-1")
    #expect(object["exitCode"] as? Int == 69)
  }

  @Test func `the request's id is shown where the server is at fault`() {
    var error = PurSightError(.internal, "Something broke.")
    error.requestID = "r-2"
    #expect(ErrorReport.text(Failure(error), Painter(isOn: false)).contains("request: r-2"))
    var other = PurSightError(.notFound, "Nothing there.")
    other.requestID = "r-3"
    #expect(!ErrorReport.text(Failure(other), Painter(isOn: false)).contains("r-3"))
  }

  @Test(arguments: [
    (["dataset", "ls"], "has no verb `ls`", "`pursightctl dataset list`"),
    (["datasets", "list"], "no command `datasets`", "`pursightctl dataset`"),
    (["--context", "dev", "soruce"], "no command `soruce`", "`pursightctl source`"),
    (["-o", "json", "dataset", "describe", "x"], "has no verb `describe`", "dataset show`"),
    (["audit", "vreify"], "has no verb `vreify`", "`pursightctl audit verify`"),
    (["rule", "frobnicate"], "has no verb", "There are: list, show, check"),
    (["dataset", "show"], "Missing expected argument", "`pursightctl dataset show --help`"),
    (["read", "a", "--colums", "b"], "--columns", "`pursightctl read --help`"),
  ])
  func `a mistyped command is answered with the right one`(
    arguments: [String], message: String, hint: String
  ) throws {
    let error = try #require(throws: (any Error).self) {
      _ = try PurSightCommand.parseAsRoot(arguments)
    }
    let failure = UsageReport.failure(error, arguments, root: PurSightCommand.self)
    #expect(failure.message.contains(message))
    #expect(try #require(failure.hint).contains(hint))
    #expect(failure.status == .usage)
  }

  @Test(arguments: [
    (["-o", "json"], true), (["read", "x", "-ojson"], true), (["--output=jsonl"], true),
    (["-o", "table"], false), (["-o"], false), (["json"], false),
  ])
  func `JSON errors are asked for before the line is understood`(
    arguments: [String], wants: Bool
  ) {
    #expect(TypedCommand.wantsJSON(arguments) == wants)
  }

  @Test(arguments: [
    ("nowhere: name resolution failed. Check the name and the network.", "name"),
    ("h:1: Connection refused. Nothing listens there.", "connection"),
    ("TLS with h:1 failed: unknown ca.", "TLS"),
    ("h:1 does not speak HTTP/2: bad preface. Check the port.", "HTTP/2"),
  ])
  func `the doctor finds the part of the way that is broken`(message: String, part: String) {
    #expect(Diagnosis.part(.code(.unavailable, message)) == part)
  }

  @Test func `whoever is refused was at least heard`() {
    #expect(Diagnosis.part(.code(.unauthenticated, "No certificate.")) == "identity")
  }
}
