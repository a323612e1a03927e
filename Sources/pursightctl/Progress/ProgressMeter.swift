internal import ArgumentParser
internal import PurSightClient
internal import Synchronization

/// How progress is shown.
enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
  /// A bar on a terminal, lines elsewhere.
  case auto
  case plain
  case json
  case none
}

/// Shows on standard error how far a load is. Safe to use from any thread.
final class ProgressMeter: Sendable {
  private let terminal: Terminal
  private let style: Style
  private let width: Int
  private let state = Mutex(State())

  private enum Style {
    case bar, plain, json, none
  }

  private struct State {
    var lastShown: ContinuousClock.Instant?
    var hasBar = false
    var id: String?
  }

  /// Time between two drawings of the bar.
  private static let barInterval = Duration.milliseconds(100)
  /// Time between two lines of a log.
  private static let lineInterval = Duration.seconds(5)

  init(_ style: ProgressStyle, _ terminal: Terminal) {
    self.terminal = terminal
    self.style =
      switch style {
      case .auto: terminal.isErrorInteractive ? .bar : .plain
      case .plain: .plain
      case .json: .json
      case .none: .none
      }
    width = terminal.width ?? 100
  }

  /// The load's id; nil before the server has acknowledged anything.
  var id: String? { state.withLock { $0.id } }

  /// Takes note of how far the load is.
  func update(_ progress: IngestProgress) {
    let shows = state.withLock { state in
      if state.id == nil {
        state.id = progress.id
        Interruption.shared.setHint(Self.hint(progress.id))
      }
      return isDue(&state, progress)
    }
    guard shows else { return }
    switch style {
    case .bar:
      terminal.note("\r\u{1b}[K" + ProgressText.bar(progress, width: width - 1), newline: false)
    case .plain: terminal.note(ProgressText.plain(progress))
    case .json: terminal.note(ProgressText.json(progress))
    case .none: break
    }
  }

  private func isDue(_ state: inout State, _ progress: IngestProgress) -> Bool {
    // Programs want every acknowledgement.
    if style == .json { return true }
    let now = ContinuousClock.now
    guard let last = state.lastShown else {
      state.lastShown = now
      state.hasBar = style == .bar
      return style == .bar
    }
    let interval = style == .bar ? Self.barInterval : Self.lineInterval
    guard last.duration(to: now) >= interval || progress.isReconnecting else { return false }
    state.lastShown = now
    return true
  }

  /// Takes the bar away, so that what follows begins a line.
  func end() {
    let hadBar = state.withLock { state in
      defer { state.hasBar = false }
      return state.hasBar
    }
    if hadBar { terminal.note("\r\u{1b}[K", newline: false) }
    Interruption.shared.setHint(nil)
  }

  /// What to type to go on with a load.
  static func hint(_ id: String) -> String {
    "`pursightctl ingest resume \(id)` goes on with what is left."
  }
}
