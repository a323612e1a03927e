internal import PurSightServerTransport
internal import PurSightTLS

/// The command line of `interop-server`.
struct Options {
  enum Mode: String {
    case h2c
    case tls
    case mtls
  }

  struct UsageError: Error {
    let message: String
  }

  let mode: Mode
  let port: UInt16
  let certificates: String
  let threads: Int
  /// What every timeout is divided by, so that tests of them need not wait for long.
  let haste: Int
  /// Calls that may run on a loop; nil: the server's own limit.
  let calls: Int?

  private static let usage =
    "usage: interop-server h2c|tls|mtls PORT CERTS_DIR [--threads N] [--haste N] [--calls N]"
  private static let ranges = [
    "--threads": 1...256, "--haste": 1...1000, "--calls": 1...1_000_000,
  ]

  init(_ arguments: [String]) throws {
    var positional: [String] = []
    var numbers: [String: Int] = [:]
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if let range = Self.ranges[argument] {
        guard let value = rest.popFirst(), let count = Int(value), range.contains(count) else {
          throw UsageError(
            message: "\(argument) takes a number from \(range.lowerBound) to \(range.upperBound)\n"
              + Self.usage)
        }
        numbers[argument] = count
      } else {
        positional.append(argument)
      }
    }
    guard positional.count == 3, let mode = Mode(rawValue: positional[0]),
      let port = UInt16(positional[1])
    else { throw UsageError(message: Self.usage) }
    self.mode = mode
    self.port = port
    certificates = positional[2]
    threads = numbers["--threads"] ?? 1
    haste = numbers["--haste"] ?? 1
    calls = numbers["--calls"]
  }

  /// Sets the limits that the command line names.
  func apply(to configuration: inout ServerConfiguration) {
    if let calls { configuration.limits.runningCallsPerLoop = calls }
    let paths: [WritableKeyPath<ServerConfiguration.Timeouts, Duration>] = [
      \.handshake, \.preface, \.headers, \.requestStall, \.responseStall, \.idle, \.keepalive,
      \.keepaliveAnswer, \.age, \.ageGrace,
    ]
    for path in paths { configuration.timeouts[keyPath: path] /= haste }
  }

  /// The TLS context of the mode; nil for plaintext.
  func context() throws -> TLSContext? {
    if mode == .h2c { return nil }
    let identity = TLSIdentity(
      certificates: .file(certificates + "/server.pem"),
      privateKey: .file(certificates + "/server.key"))
    return try TLSContext(
      server: TLSServerConfiguration(
        identity: identity,
        clientAuthorities: mode == .mtls ? .file(certificates + "/ca.pem") : nil))
  }
}
