internal import ArgumentParser
internal import PurSightClient

/// The flags that every command takes, with one meaning everywhere.
struct GlobalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Use this context of the configuration.", valueName: "name"),
    completion: .custom { _, _, _ in ContextNames.all })
  var context: String?

  @Option(help: ArgumentHelp("Connect to this server.", valueName: "host:port"))
  var address: String?

  @Option(
    help: ArgumentHelp("PEM file of the authorities to trust.", valueName: "file"),
    completion: .file(extensions: ["pem", "crt"]))
  var ca: String?

  @Option(
    help: ArgumentHelp("PEM file of this client's certificate.", valueName: "file"),
    completion: .file(extensions: ["pem", "crt"]))
  var cert: String?

  @Option(
    help: ArgumentHelp("PEM file of its private key.", valueName: "file"),
    completion: .file(extensions: ["pem", "key"]))
  var key: String?

  @Option(help: ArgumentHelp("The name in the server's certificate.", valueName: "name"))
  var serverName: String?

  @Flag(help: "Connect without encryption.")
  var plaintext = false

  @Option(help: ArgumentHelp("Work in this project.", valueName: "name"))
  var project: String?

  @Option(help: ArgumentHelp("Give up on a call after this long: 30s, 2m.", valueName: "duration"))
  var timeout: TimeSpan?

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("How to print the result.", valueName: "format"))
  var output: OutputFormat?

  @Option(help: ArgumentHelp("Colour: auto, always or never.", valueName: "when"))
  var color: ColorChoice = .auto

  @Flag(name: .customLong("no-color"), help: "As --color never.")
  var noColor = false

  /// The flags as the SDK takes them; what is left out comes from environment and context.
  var connection: ConnectOptions {
    var options = ConnectOptions()
    options.context = context
    options.address = address
    options.authorities = ca
    options.certificate = cert
    options.privateKey = key
    options.serverName = serverName
    options.plaintext = plaintext ? true : nil
    options.project = project
    options.timeout = timeout?.duration
    options.userAgent = "pursightctl/\(Version.current)"
    return options
  }
}

/// When text is coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

/// The contexts that can be completed on the command line.
enum ContextNames {
  static var all: [String] {
    guard let file = try? ContextFile() else { return [] }
    return file.contexts.keys.sorted()
  }
}
