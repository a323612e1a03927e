internal import PurSightClientTransport
internal import PurSightTLS

/// The command line of `interop-client`: gRPC's usual flags, as `--flag value` or `--flag=value`.
struct Options {
  struct UsageError: Error {
    let message: String
  }

  private(set) var cases: [TestCases.Name] = []
  private var host = "localhost"
  private var port: UInt16?
  private var usesTLS = false
  private var authorities: String?
  private var certificate: String?
  private var key: String?
  private var serverName: String?

  private static let usage = """
    usage: interop-client --server_host HOST --server_port PORT --test_case CASE|all
      [--use_tls true|false] [--ca_file FILE] [--cert_file FILE --key_file FILE]
      [--server_host_override NAME]
    """

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      let flag = parts[0].drop { $0 == "-" }
      guard flag.count < parts[0].count else { throw Self.error("\(argument) is no flag") }
      if flag == "use_tls", parts.count == 1, rest.first?.hasPrefix("-") ?? true {
        usesTLS = true
        continue
      }
      guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
        throw Self.error("\(argument) wants a value")
      }
      try set(String(flag), value)
    }
    guard port != nil else { throw Self.error("--server_port is missing") }
    guard !cases.isEmpty else { throw Self.error("--test_case is missing") }
  }

  private mutating func set(_ flag: String, _ value: String) throws {
    switch flag {
    case "server_host": host = value
    case "server_port": port = try Self.parsed(UInt16(value), flag, value)
    case "use_tls": usesTLS = try Self.parsed(Bool(value.lowercased()), flag, value)
    case "ca_file": authorities = value
    case "cert_file": certificate = value
    case "key_file": key = value
    case "server_host_override": serverName = value
    case "test_case" where value == "all": cases = TestCases.Name.allCases
    case "test_case": cases = [try Self.parsed(TestCases.Name(rawValue: value), flag, value)]
    default: throw Self.error("there is no flag --\(flag)")
    }
  }

  private static func parsed<Value>(
    _ value: Value?, _ flag: String, _ text: String
  ) throws -> Value {
    guard let value else { throw error("'\(text)' is nothing that --\(flag) takes") }
    return value
  }

  private static func error(_ message: String) -> UsageError {
    let names = TestCases.Name.allCases.map(\.rawValue).joined(separator: ", ")
    return UsageError(message: "\(message)\n\(usage)\ncases: \(names)")
  }

  var transport: ClientTransportConfiguration {
    var tls: TLSClientConfiguration?
    if usesTLS {
      tls = TLSClientConfiguration(authorities: authorities.map { .file($0) })
      if let certificate, let key {
        tls?.identity = TLSIdentity(certificates: .file(certificate), privateKey: .file(key))
      }
    }
    let address = host.contains(":") ? "[\(host)]" : host
    var configuration = ClientTransportConfiguration(
      target: "\(address):\(port ?? 0)", tls: tls, userAgent: "pursight-interop-client")
    configuration.serverName = serverName
    return configuration
  }
}
