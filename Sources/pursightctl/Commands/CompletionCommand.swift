internal import ArgumentParser

/// `pursightctl completion`: scripts for shells.
struct CompletionCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print the completion script of a shell.",
    discussion: """
      bash: source <(pursightctl completion bash)
      zsh: pursightctl completion zsh > "${fpath[1]}/_pursightctl"
      fish: pursightctl completion fish > ~/.config/fish/completions/pursightctl.fish
      Example: pursightctl completion bash
      """)

  @Argument(help: "bash, zsh or fish.") var shell: Shell
  @OptionGroup(title: "Global options") var global: GlobalOptions

  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case bash, zsh, fish

    var shell: CompletionShell {
      switch self {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    }
  }

  func run(_ session: Session) async throws {
    try session.say(PurSightCommand.completionScript(for: shell.shell))
  }
}
