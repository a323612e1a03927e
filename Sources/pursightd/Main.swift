internal import PurSightApp

/// The server of PurSight. Everything it does is in App.
@main enum Pursightd {
  static func main() { Program.main(Array(CommandLine.arguments.dropFirst())) }
}
