internal import Foundation

/// Asks before something is destroyed.
enum Confirmation {
  /// Returns when somebody agreed.
  ///
  /// - Parameters:
  ///   - isGiven: Whether `--yes` was typed.
  ///   - what: What will happen, such as `Delete dataset flights with 336,771 rows`.
  /// - Throws: a usage error where nobody can be asked, and one when the answer is no.
  static func ask(_ what: String, isGiven: Bool, _ terminal: Terminal) throws {
    if isGiven { return }
    guard terminal.isInputInteractive, terminal.isErrorInteractive else {
      throw Failure.usage("\(what)? Nobody is there to agree.", hint: "Give --yes.")
    }
    terminal.note("\(what)? Type yes: ", newline: false)
    guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
      throw Failure.usage("Nothing was done.")
    }
  }
}
