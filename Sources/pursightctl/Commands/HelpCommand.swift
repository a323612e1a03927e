internal import ArgumentParser

/// `pursightctl help`: commands and topics.
struct HelpCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "help", abstract: "Help on a command, or on exit-codes or environment.",
    discussion: "Example: pursightctl help exit-codes", shouldDisplay: false)

  @Argument(help: "A command, or: exit-codes, environment.") var words: [String] = []
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(_ session: Session) async throws {
    if let topic = words.first.flatMap({ HelpTopic(rawValue: $0) }) {
      return try session.say(topic.text)
    }
    let typed = TypedCommand(words, root: PurSightCommand.self)
    if let unknown = typed.unknown {
      let names = HelpTopic.allCases.map(\.rawValue)
      let known = typed.command.configuration.subcommands.flatMap { $0.names } + names
      let guess = Nearest.of(unknown, among: known).map { "Did you mean `\($0)`?" }
      throw Failure.usage(
        "There is no help on `\(unknown)`.",
        hint: guess ?? "Topics are: \(names.joined(separator: ", ")).")
    }
    try session.say(
      PurSightCommand.helpMessage(for: typed.command, columns: session.terminal.width))
  }
}

/// What one can read about beside commands.
enum HelpTopic: String, CaseIterable {
  case exitCodes = "exit-codes"
  case environment

  var text: String {
    switch self {
    case .exitCodes: Self.exitCodeText
    case .environment: Self.environmentText
    }
  }

  private static let exitCodeText = """
    EXIT CODES
        0  it was done, or the answer is yes
        1  the answer is no: a check fails, a diff differs, the audit log was changed,
           rows went to quarantine with --fail-on-quarantine
       64  a mistake on the command line or in a file that was given
      130  interrupted; what was done so far stays, and `ingest resume` goes on

      From 65 on the code is 64 and the gRPC status of the call:
       65  CANCELLED            somebody cancelled the call
       66  UNKNOWN              an error without a code
       67  INVALID_ARGUMENT     something in the request or file is wrong
       68  DEADLINE_EXCEEDED    it took too long
       69  NOT_FOUND            there is nothing of that name
       70  ALREADY_EXISTS       the name is taken
       71  PERMISSION_DENIED    you may not do this
       72  RESOURCE_EXHAUSTED   a limit is reached
       73  FAILED_PRECONDITION  something else has to be done first
       74  ABORTED              somebody else was faster
       75  OUT_OF_RANGE         behind the end
       76  UNIMPLEMENTED        the server cannot do this
       77  INTERNAL             a fault of the server's
       78  UNAVAILABLE          the server cannot be reached
       79  DATA_LOSS            stored data does not hold
       80  UNAUTHENTICATED      the server does not know you
    """

  private static let environmentText = """
    ENVIRONMENT
      A flag wins over a variable, a variable over the context.
      PURSIGHT_CONTEXT          the context to use
      PURSIGHT_ADDRESS          host:port of the server
      PURSIGHT_TLS_CA           PEM file of the authorities to trust
      PURSIGHT_TLS_CERT         PEM file of the client's certificate
      PURSIGHT_TLS_KEY          PEM file of its private key
      PURSIGHT_TLS_SERVER_NAME  the name in the server's certificate
      PURSIGHT_PLAINTEXT        true connects without encryption
      PURSIGHT_PROJECT          the project
      PURSIGHT_AUDIT_KEY        the audit log's verifier key
      XDG_CONFIG_HOME           contexts are in pursight/config.json below it (~/.config)
      XDG_STATE_HOME            verified checkpoints are below it (~/.local/state)
      NO_COLOR                  no colour (https://no-color.org)
      COLUMNS                   width of tables on a terminal
    """
}
