internal import ArgumentParser
internal import Foundation
internal import PurSightClient
internal import PurSightJSON

/// `pursightctl audit verify`: is the log complete and as it was signed?
struct AuditVerifyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verify the whole log, or a proof; exit code 1 when not.",
    discussion: """
      Trusts nothing but the public key, which the context has pinned. What was verified is \
      remembered, so that a log that is shortened later is refused.
      Example: pursightctl audit verify
      """)

  @Option(
    name: .customLong("log-key"),
    help: ArgumentHelp("The log's verifier key, or a file with it.", valueName: "key"))
  var logKey: String?
  @Option(
    help: ArgumentHelp(
      "Verify this proof, as `audit proof` writes it, without a server.", valueName: "file"),
    completion: .file())
  var file: String?
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(_ session: Session) async throws {
    _ = try session.format(OutputFormat.answers + [.yaml])
    var given = logKey
    if given == nil, let text = global.key, (try? VerifierKey(text)) != nil {
      // The contract's spelling: --key with a verifier key, which is no private key's file.
      given = text
      session.global.key = nil
    }
    let key = try AuditKey.find(given, session)
    if let file { return try verify(file, key, session) }
    let store = FileCheckpointStore(AuditKey.storePath(key))
    let report = try await session.client().audit.verify(key, remembering: store)
    try session.answer(AuditText.json(report)) {
      AuditText.lines(report, session.terminal.painter)
    }
    if !report.isIntact { throw Finished(status: .no) }
  }

  /// Verifies a proof that was kept in a file.
  private func verify(_ file: String, _ key: VerifierKey, _ session: Session) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: file))
    let proof = try AuditProof(fileText: String(decoding: data, as: UTF8.self))
    do {
      let checkpoint = try proof.verify(key)
      let event = try proof.event()
      try session.answer(
        .record([
          ("ok", .bool(true)), ("index", .long(proof.index)), ("size", .long(checkpoint.size)),
          ("key", .string(checkpoint.keyName)), ("event", try JSONText.value(event)),
        ])
      ) {
        let what = "event \(proof.index) of \(checkpoint.size): \(event.activity) by \(event.actor)"
        return [
          session.terminal.painter.paint("✓", .green) + " \(what) (key \(checkpoint.keyName))"
        ]
      }
    } catch let error as PurSightError
      where ["CHANGED", "MISSING", "FORKED"].contains(error.reason)
    {
      try session.answer(
        .record([("ok", .bool(false)), ("problem", .string(error.reason))])
      ) { [session.terminal.painter.paint("✗", .red) + " " + error.message] }
      throw Finished(status: .no)
    }
  }
}

/// `pursightctl audit proof`: the proof of one event, to be kept.
struct AuditProofCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "proof", abstract: "Print the proof of an event, to be verified without a server.",
    discussion: "Example: pursightctl audit proof 01981c9e-… > proof.txt")

  @Argument(help: "The event's id, or its place in the log.") var event: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(_ session: Session) async throws {
    let audit = try await session.client().audit
    let proof =
      if let index = Int64(event) { try await audit.proof(at: index) } else {
        try await audit.proof(of: event)
      }
    let text = proof.fileText
    try session.terminal.write(text.hasSuffix("\n") ? text : text + "\n")
  }
}

/// The key by which the log is verified.
enum AuditKey {
  /// - Parameter option: The key itself or a file; nil: what environment or context have pinned.
  static func find(_ option: String?, _ session: Session) throws -> VerifierKey {
    if let option {
      // A key has two plus signs and no path; a file may be called anything else.
      guard FileManager.default.fileExists(atPath: option) else { return try VerifierKey(option) }
      let data = try Data(contentsOf: URL(fileURLWithPath: option))
      return try VerifierKey(
        String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
    guard let pinned = try session.global.connection.resolved().auditKey else {
      throw Failure.usage(
        "No key of the audit log is known, so nothing can be verified.",
        hint: "Give --log-key KEY or PURSIGHT_AUDIT_KEY; take the key from where the server cannot "
          + "change it.")
    }
    return try VerifierKey(pinned.value)
  }

  /// Where verified checkpoints of a log are remembered.
  static func storePath(_ key: VerifierKey) -> String {
    let environment = ProcessInfo.processInfo.environment
    let base =
      environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
      ?? (environment["HOME"] ?? "") + "/.local/state"
    let name = key.shortName.map { $0.isLetter || $0.isNumber || "-+._".contains($0) ? $0 : "_" }
    return base + "/pursight/checkpoints/" + String(name) + ".json"
  }
}

/// What a verification has found, in words.
enum AuditText {
  static func lines(_ report: LogReport, _ painter: Painter) -> [String] {
    let checkpoint = report.checkpoint
    let time = checkpoint.signedAt.map { Times.clock($0) }
    let key = "key \(checkpoint.keyName)"
    if report.isIntact {
      let signed = time.map { ", signed \($0)" } ?? ""
      return [
        painter.paint("✓", .green)
          + " \(Numbers.grouped(report.size)) events complete and unchanged "
          + "(checkpoint \(checkpoint.size)\(signed), \(key))"
      ]
    }
    let lines = report.problems.prefix(maxProblems).map { problem in
      let at = problem.description.hasSuffix("signed") ? time.map { " at \($0)" } ?? "" : ""
      return painter.paint("✗", .red) + " \(problem.description)\(at) "
        + "(checkpoint \(checkpoint.size), \(key))"
    }
    let more = report.problems.count - lines.count
    if report.problems.isEmpty {
      return [painter.paint("✗", .red) + " the log does not lead to checkpoint \(checkpoint.size)"]
    }
    return lines + (more > 0 ? ["… and \(more) more; -o json has all of them"] : [])
  }

  /// Problems that people see.
  private static let maxProblems = 20

  static func json(_ report: LogReport) -> JSONValue {
    .record([
      ("ok", .bool(report.isIntact)), ("size", .long(report.size)),
      ("key", .string(report.checkpoint.keyName)),
      ("signTime", report.checkpoint.signedAt.map { .string($0.text) }),
      (
        "problems",
        .array(
          report.problems.map { problem in
            .record([
              ("leafIndex", .long(problem.indexes.lowerBound)),
              ("leafCount", .integer(problem.indexes.count)),
              ("eventId", problem.eventID.map { .string($0) }),
              ("problem", .string(problem.kind.rawValue)),
              ("message", .string(problem.description)),
            ])
          })
      ),
    ])
  }
}
