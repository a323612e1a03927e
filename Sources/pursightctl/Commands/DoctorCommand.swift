internal import ArgumentParser
internal import Foundation
internal import PurSightClient
internal import PurSightJSON

/// `pursightctl doctor`: looks at every step of the way to the server.
struct DoctorCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look at every step of the way to the server.",
    discussion: """
      Settings, files, name, connection, TLS, identity, version: each with a verdict, and what to \
      do where it is bad. Exit code 1 when something is.
      Example: pursightctl doctor
      """)

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(_ session: Session) async throws {
    let steps = await Diagnosis.steps(session)
    try session.answer(.array(steps.map(\.json))) {
      var table = Table(
        columns: [.init(title: ""), .init(title: ""), .init(title: "")], hasHeader: false)
      table.rows = steps.map { step in
        [.init(step.verdict.sign, step.verdict.style), .init(step.name), .init(step.finding)]
      }
      let hints = steps.compactMap(\.hint).map {
        session.terminal.painter.paint("hint:", .cyan) + " " + $0
      }
      return table.lines(width: nil, session.terminal.painter) + hints
    }
    if steps.contains(where: { $0.verdict == .bad }) { throw Finished(status: .no) }
  }
}

/// One step of the way to the server.
struct DiagnosisStep: Equatable {
  enum Verdict: String {
    case good, doubtful, bad, skipped

    var sign: String {
      switch self {
      case .good: "✓"
      case .doubtful: "!"
      case .bad: "✗"
      case .skipped: "–"
      }
    }

    var style: TextStyle {
      switch self {
      case .good: .green
      case .doubtful: .yellow
      case .bad: .red
      case .skipped: .dim
      }
    }
  }

  let name: String
  let verdict: Verdict
  let finding: String
  var hint: String?

  var json: JSONValue {
    .record([
      ("step", .string(name)), ("verdict", .string(verdict.rawValue)),
      ("finding", .string(finding)), ("hint", hint.map { .string($0) }),
    ])
  }
}

/// How far one call comes says what works: the steps before the one that failed.
enum Diagnosis {
  static func steps(_ session: Session) async -> [DiagnosisStep] {
    var steps: [DiagnosisStep] = []
    let settings: ConnectionSettings
    do {
      settings = try session.global.connection.resolved()
    } catch {
      let failure = Failure(any: error)
      return [.init(name: "settings", verdict: .bad, finding: failure.message, hint: failure.hint)]
    }
    steps.append(
      .init(
        name: "settings", verdict: .good,
        finding: "\(settings.address.value), from \(settings.address.origin)"))
    let files = files(settings)
    steps += files
    if files.contains(where: { $0.verdict == .bad }) { return steps }
    do {
      let caller = try await session.client().access.caller()
      steps += way(settings, failing: nil)
      steps += identity(caller)
    } catch {
      steps += way(settings, failing: Failure(any: error))
    }
    return steps
  }

  private static func files(_ settings: ConnectionSettings) -> [DiagnosisStep] {
    var steps: [DiagnosisStep] = []
    for (name, setting) in [("CA", settings.authorities), ("certificate", settings.certificate)] {
      guard let setting else { continue }
      do {
        steps.append(dates(name, setting.value, try CertificateInfo(path: setting.value)))
      } catch {
        steps.append(unreadable(name, setting, error.message))
      }
    }
    guard let key = settings.privateKey else { return steps }
    steps.append(
      FileManager.default.isReadableFile(atPath: key.value)
        ? .init(name: "private key", verdict: .good, finding: key.value)
        : unreadable("private key", key, "\(key.value) cannot be read."))
    return steps
  }

  private static func unreadable(
    _ name: String, _ setting: ConnectionSettings.Setting<String>, _ message: String
  ) -> DiagnosisStep {
    .init(
      name: name, verdict: .bad, finding: "\(message) (from \(setting.origin))",
      hint: "Check the path and who may read it; `pursightd dev` makes certificates anew.")
  }

  /// Seconds before the end of a certificate at which one should think of a new one.
  private static let renewalSeconds: Int64 = 14 * 86_400

  /// Whether a certificate holds now, and for how long.
  static func dates(
    _ name: String, _ path: String, _ info: CertificateInfo, now: Date = Date()
  ) -> DiagnosisStep {
    let seconds = Int64(now.timeIntervalSince1970)
    let who = info.names.first ?? info.subject
    let end = Times.relative(info.notAfter, now: now)
    if seconds > info.notAfter.seconds {
      return .init(
        name: name, verdict: .bad, finding: "\(who), expired \(end) (\(path))",
        hint: "Renew it; in development `pursightd certificate NAME` makes a new one.")
    }
    if seconds < info.notBefore.seconds {
      let begin = Times.relative(info.notBefore, now: now)
      return .init(
        name: name, verdict: .bad, finding: "\(who), valid only \(begin) (\(path))",
        hint: "Compare this machine's clock with the server's.")
    }
    let isOld = info.notAfter.seconds - seconds < renewalSeconds
    return .init(
      name: name, verdict: isOld ? .doubtful : .good,
      finding: "\(who), valid until \(info.notAfter.text.prefix(10)) (\(path))",
      hint: isOld ? "It ends \(end): renew it." : nil)
  }

  /// The parts of a connection, in the order in which it is made.
  private static let parts = ["name", "connection", "TLS", "HTTP/2", "identity"]

  /// The steps of the connection, as far as a failure lets see.
  static func way(_ settings: ConnectionSettings, failing: Failure?) -> [DiagnosisStep] {
    let names = settings.plaintext.value ? parts.filter { $0 != "TLS" } : parts
    guard let failing else {
      return names.dropLast().map { .init(name: $0, verdict: .good, finding: good($0)) }
    }
    let culprit = part(failing)
    let index = names.firstIndex(of: culprit) ?? 1
    return names.enumerated().map { position, name in
      if position < index { return .init(name: name, verdict: .good, finding: good(name)) }
      if position > index { return .init(name: name, verdict: .skipped, finding: "not reached") }
      return .init(name: name, verdict: .bad, finding: failing.message, hint: failing.hint)
    }
  }

  /// The part of the way that a failure speaks of.
  static func part(_ failure: Failure) -> String {
    let text = failure.message.lowercased()
    if failure.status != ExitStatus(.unavailable) { return "identity" }
    if text.contains("check the name") || text.contains("name resolution") { return "name" }
    if text.contains("http/2") { return "HTTP/2" }
    if text.contains("tls") || text.contains("certificate") { return "TLS" }
    return "connection"
  }

  private static func good(_ part: String) -> String {
    switch part {
    case "name": "resolves"
    case "connection": "the server accepts it"
    case "TLS": "both sides trust each other"
    default: "spoken"
    }
  }

  private static func identity(_ caller: Caller) -> [DiagnosisStep] {
    let roles = caller.roles.joined(separator: ", ")
    let who = DiagnosisStep(
      name: "identity", verdict: roles.isEmpty ? .doubtful : .good,
      finding: "\(caller.principal) (\(roles.isEmpty ? "no role" : roles))",
      hint: roles.isEmpty
        ? "An administrator can help: pursightctl role grant viewer \(caller.principal)" : nil)
    let skew = StatusCommand.skew(caller.serverVersion)
    let version = DiagnosisStep(
      name: "version", verdict: skew.isEmpty ? .good : .doubtful,
      finding: "pursightd \(caller.serverVersion)" + skew,
      hint: skew.isEmpty ? nil : "Install the same release on both sides.")
    return [who, version]
  }
}
