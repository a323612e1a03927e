internal import Foundation

/// How wide the terminal is.
enum TerminalSize {
  /// Columns: `COLUMNS`, else what the terminal says, else 80.
  static func columns(_ environment: [String: String]) -> Int {
    if let text = environment["COLUMNS"], let columns = Int(text), columns > 0 { return columns }
    var size = winsize()
    let isKnown = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return isKnown && size.ws_col > 0 ? Int(size.ws_col) : standard
  }

  /// Columns where nothing says another number.
  private static let standard = 80
}
