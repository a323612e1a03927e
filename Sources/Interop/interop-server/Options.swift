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

  private static let usage = "usage: interop-server h2c|tls|mtls PORT CERTS_DIR [--threads N]"

  init(_ arguments: [String]) throws {
    var positional: [String] = []
    var threads = 1
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--threads" {
        guard let value = rest.popFirst(), let count = Int(value), (1...256).contains(count) else {
          throw UsageError(message: "--threads takes a number from 1 to 256\n" + Self.usage)
        }
        threads = count
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
    self.threads = threads
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
