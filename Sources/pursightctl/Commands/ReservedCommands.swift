internal import ArgumentParser

/// `pursightctl login`: reserved for signing in with a browser.
struct LoginCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "login", abstract: "Sign in (not available yet: certificates are how you enter).",
    discussion: "Example: pursightctl login")

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(_ session: Session) async throws {
    throw Failure.usage(
      "Signing in by name is not available yet; a client certificate is what lets you in.",
      hint: "`pursightd certificate NAME` makes one in development; `pursightctl context add` "
        + "keeps it.")
  }
}

/// `pursightctl api`: reserved for calls of any method.
struct APICommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "api", abstract: "Call any method (not available yet: use grpcurl).",
    discussion: "Example: pursightctl api services")

  @Argument(help: "call, services or describe, and what they take.") var words: [String] = []
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(_ session: Session) async throws {
    throw Failure.usage(
      "Calling methods by name is not available yet.",
      hint: "The server has reflection: grpcurl lists and calls all of them.")
  }
}
