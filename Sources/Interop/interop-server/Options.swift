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

  /// Where `bench.Bench/Unary` reads a row for each call.
  struct RowSource {
    /// libpq's connection string.
    let connection: String
    /// A statement whose `$1` is the row's number and whose one column is the payload.
    let query: String
    /// Rows are numbered from 1 to this.
    let rows: Int32
  }

  let mode: Mode
  let port: UInt16
  let certificates: String
  let threads: Int
  /// Timeouts by name, in milliseconds, so that tests of them need not wait for long.
  private let timeouts: [String: Int]
  /// Calls that may run on a loop; nil: the server's own limit.
  let calls: Int?
  /// Whether interceptors stand before the handlers as they do in `pursightd`.
  let hasInterceptors: Bool
  let source: RowSource?

  private static let usage = """
    usage: interop-server h2c|tls|mtls PORT CERTS_DIR [--threads N] [--calls N]
             [--timeout NAME MILLISECONDS]… [--interceptors]
             [--database CONNECTION --query SQL --rows N]
    """
  private static let ranges = [
    "--threads": 1...256, "--calls": 1...1_000_000, "--timeout": 1...1_000_000_000,
    "--rows": 1...Int(Int32.max),
  ]
  private static let timeoutPaths:
    [String: any WritableKeyPath<ServerConfiguration.Timeouts, Duration> & Sendable] = [
      "handshake": \.handshake, "preface": \.preface, "headers": \.headers,
      "request_stall": \.requestStall, "response_stall": \.responseStall, "idle": \.idle,
      "keepalive": \.keepalive, "keepalive_answer": \.keepaliveAnswer, "age": \.age,
      "age_grace": \.ageGrace,
    ]

  init(_ arguments: [String]) throws {
    var positional: [String] = []
    var numbers: [String: Int] = [:]
    var texts: [String: String] = [:]
    var hasInterceptors = false
    var timeouts: [String: Int] = [:]
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if let range = Self.ranges[argument] {
        let name = argument == "--timeout" ? rest.popFirst() : nil
        guard let value = rest.popFirst(), let count = Int(value), range.contains(count) else {
          throw UsageError(
            message: "\(argument) takes a number from \(range.lowerBound) to \(range.upperBound)\n"
              + Self.usage)
        }
        guard let name else {
          numbers[argument] = count
          continue
        }
        guard Self.timeoutPaths[name] != nil else { throw UsageError(message: Self.usage) }
        timeouts[name] = count
      } else if argument == "--database" || argument == "--query" {
        guard let value = rest.popFirst() else {
          throw UsageError(message: "\(argument) takes a text\n" + Self.usage)
        }
        texts[argument] = value
      } else if argument == "--interceptors" {
        hasInterceptors = true
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
    self.timeouts = timeouts
    calls = numbers["--calls"]
    self.hasInterceptors = hasInterceptors
    guard let connection = texts["--database"] else {
      source = nil
      return
    }
    guard let query = texts["--query"], let rows = numbers["--rows"] else {
      throw UsageError(message: "--database needs --query and --rows\n" + Self.usage)
    }
    source = RowSource(connection: connection, query: query, rows: Int32(rows))
  }

  /// Sets the limits that the command line names.
  func apply(to configuration: inout ServerConfiguration) {
    if let calls { configuration.limits.runningCallsPerLoop = calls }
    for (name, milliseconds) in timeouts {
      guard let path = Self.timeoutPaths[name] else { continue }
      configuration.timeouts[keyPath: path] = .milliseconds(milliseconds)
    }
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
