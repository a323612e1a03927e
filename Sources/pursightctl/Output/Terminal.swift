internal import Foundation
internal import PurSightClient

/// Where text goes: results to standard output, everything else to standard error.
struct Terminal: Sendable {
  /// Whether somebody looks at standard output.
  let isInteractive: Bool
  /// Whether somebody looks at standard error.
  let isErrorInteractive: Bool
  /// Whether somebody types.
  let isInputInteractive: Bool
  /// Columns of the terminal; nil: nothing has to be cut.
  let width: Int?
  private let colorsOutput: Bool
  private let colorsError: Bool
  private let sink: Sink

  /// Takes what is written; throws what the system throws.
  struct Sink: Sendable {
    let output: @Sendable (Data) throws -> Void
    let error: @Sendable (Data) throws -> Void

    /// The process's own.
    static let standard = Sink(
      output: { try FileHandle.standardOutput.write(contentsOf: $0) },
      error: { try FileHandle.standardError.write(contentsOf: $0) })
  }

  init(
    isInteractive: Bool = false, isErrorInteractive: Bool = false,
    isInputInteractive: Bool = false, width: Int? = nil, color: ColorChoice = .auto,
    environment: [String: String] = [:], sink: Sink = .standard
  ) {
    self.sink = sink
    self.isInteractive = isInteractive
    self.isErrorInteractive = isErrorInteractive
    self.isInputInteractive = isInputInteractive
    self.width = width
    // https://no-color.org: any value that is not empty.
    let isRefused = environment["NO_COLOR"]?.isEmpty == false || environment["TERM"] == "dumb"
    let isAutomatic = color == .auto && !isRefused
    colorsOutput = color == .always || isAutomatic && isInteractive
    colorsError = color == .always || isAutomatic && isErrorInteractive
  }

  /// The terminal of this process.
  static func detected(_ color: ColorChoice) -> Terminal {
    let environment = ProcessInfo.processInfo.environment
    let isInteractive = isatty(STDOUT_FILENO) == 1
    return Terminal(
      isInteractive: isInteractive, isErrorInteractive: isatty(STDERR_FILENO) == 1,
      isInputInteractive: isatty(STDIN_FILENO) == 1,
      width: isInteractive ? TerminalSize.columns(environment) : nil,
      color: color, environment: environment)
  }

  /// Colours what goes to standard output.
  var painter: Painter { Painter(isOn: colorsOutput) }
  /// Colours what goes to standard error.
  var errorPainter: Painter { Painter(isOn: colorsError) }

  /// Writes a part of the result.
  /// - Throws: `OutputClosed` when nobody reads any more.
  func write(_ text: String) throws { try write(Data(text.utf8)) }

  /// Writes a part of the result as bytes.
  /// - Throws: `OutputClosed` when nobody reads any more.
  func write(_ bytes: [UInt8]) throws { try write(Data(bytes)) }

  private func write(_ data: Data) throws {
    do {
      try sink.output(data)
    } catch {
      guard Self.isBrokenPipe(error) else {
        throw Failure.code(
          .unknown, "Cannot write the result: \(error.localizedDescription)")
      }
      throw OutputClosed()
    }
  }

  private static func isBrokenPipe(_ error: any Error) -> Bool {
    let error = error as NSError
    if error.domain == NSPOSIXErrorDomain { return error.code == Int(EPIPE) }
    guard let inner = error.userInfo[NSUnderlyingErrorKey] as? any Error else { return false }
    let underlying = inner as NSError
    return underlying.domain == NSPOSIXErrorDomain && underlying.code == Int(EPIPE)
  }

  /// Writes progress, a hint or an error; nothing is done about a reader that went away.
  func note(_ text: String, newline: Bool = true) {
    try? sink.error(Data((text + (newline ? "\n" : "")).utf8))
  }
}
