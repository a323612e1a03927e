internal import ArgumentParser
internal import PurSightClient

/// What beginning and resuming a load have in common.
struct LoadOptionsGroup: ParsableArguments {
  @Option(help: ArgumentHelp("Rows of one append.", valueName: "n"))
  var batchRows = 8192

  @Option(
    help: ArgumentHelp(
      "How long to go on reconnecting; 0s gives up at once.", valueName: "duration"))
  var retryFor: TimeSpan?

  @Option(help: ArgumentHelp("auto, plain, json or none; on standard error.", valueName: "how"))
  var progress: ProgressStyle = .auto

  @Flag(help: "Exit with 1 when a row went to quarantine.")
  var failOnQuarantine = false

  func validate() throws {
    if batchRows < 1 { throw ValidationError("--batch-rows is a number from 1 on.") }
  }

  var options: IngestOptions {
    var options = IngestOptions()
    options.batchRows = batchRows
    if let retryFor { options.retryFor = retryFor.duration }
    return options
  }

  /// Runs a load with its progress, and prints what it came to.
  func run(
    _ session: Session,
    _ load: (@escaping @Sendable (IngestProgress) -> Void) async throws(PurSightError)
      -> IngestReport
  ) async throws {
    _ = try session.format(OutputFormat.answers + [.yaml])
    let meter = ProgressMeter(progress, session.terminal)
    let report: IngestReport
    do {
      report = try await load { meter.update($0) }
    } catch {
      meter.end()
      throw resumable(error, meter)
    }
    meter.end()
    try session.answer(IngestSummary.json(report)) { IngestSummary.lines(report) }
    guard report.rowsQuarantined > 0 else { return }
    let rows = DisplayText.count(report.rowsQuarantined, "row")
    if failOnQuarantine {
      throw Failure(
        status: .no, code: "QUARANTINED", message: "\(rows) went to quarantine.",
        hint: "pursightctl quarantine list \(report.dataset.fqn)")
    }
  }

  /// A lost connection is no loss: says how to go on.
  private func resumable(_ error: PurSightError, _ meter: ProgressMeter) -> Failure {
    var failure = Failure(error)
    if let id = meter.id, [.unavailable, .cancelled, .deadlineExceeded].contains(error.code) {
      failure.hint = ProgressMeter.hint(id)
    }
    return failure
  }
}
