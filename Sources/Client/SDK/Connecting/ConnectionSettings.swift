internal import PurSightClientTransport
internal import PurSightTLS

/// Where a client connects to and how, each setting with its origin.
public struct ConnectionSettings: Sendable {
  /// A value and where it came from.
  public struct Setting<Value: Sendable>: Sendable {
    /// The value.
    public let value: Value
    /// Where it came from.
    public let origin: Origin
  }

  /// Where a setting came from, strongest first.
  public enum Origin: Sendable, Hashable, CustomStringConvertible {
    /// The program said so, or a flag.
    case option
    /// An environment variable of this name.
    case environment(String)
    /// The context of this name.
    case context(String)
    /// What the file of contexts says at its top.
    case file(String)
    /// Nothing said anything.
    case standard

    /// The origin for people.
    public var description: String {
      switch self {
      case .option: "option"
      case .environment(let name): "environment \(name)"
      case .context(let name): "context \(name)"
      case .file(let path): path
      case .standard: "default"
      }
    }
  }

  /// The context in use; nil: none.
  public let context: Setting<String>?
  /// `host:port`.
  public let address: Setting<String>
  /// PEM file of authorities; nil: the system's.
  public let authorities: Setting<String>?
  /// PEM file of the client's certificate; nil: none is shown.
  public let certificate: Setting<String>?
  /// PEM file of its private key.
  public let privateKey: Setting<String>?
  /// The name that the server's certificate has to bear; nil: the address's host.
  public let serverName: Setting<String>?
  /// The public key of the audit log that was pinned; nil: none was.
  public let auditKey: Setting<String>?
  /// Whether the connection is not encrypted.
  public let plaintext: Setting<Bool>
  /// The project of calls.
  public let project: Setting<String>
}

extension ConnectionSettings {
  /// The SDK's name and version, as servers see it.
  static let userAgent = "pursight-swift/0.1"

  func transport(
    _ options: ConnectOptions
  ) throws(PurSightError) -> ClientTransportConfiguration {
    var configuration = ClientTransportConfiguration(
      target: address.value, tls: plaintext.value ? nil : try tls(),
      userAgent: (options.userAgent.map { $0 + " " } ?? "") + Self.userAgent)
    configuration.serverName = serverName?.value
    return configuration
  }

  private func tls() throws(PurSightError) -> TLSClientConfiguration {
    for file in [authorities, certificate, privateKey].compactMap(\.self) {
      // Opening says what is wrong, with the file's name, before anybody dials.
      do throws(PurSightError) {
        _ = try InputFile(file.value)
      } catch {
        throw PurSightError(
          error.code, "\(error.message.dropLast()) (from \(file.origin)).",
          advice: "Check the path, or start `pursightd dev` to make certificates anew.")
      }
    }
    var tls = TLSClientConfiguration(authorities: authorities.map { .file($0.value) })
    switch (certificate, privateKey) {
    case (let certificate?, let privateKey?):
      tls.identity = TLSIdentity(
        certificates: .file(certificate.value), privateKey: .file(privateKey.value))
    case (nil, nil): break
    case (.some, nil):
      throw PurSightError(
        .invalidArgument, "There is a client certificate but no private key.",
        advice: "Give both (PURSIGHT_TLS_CERT and PURSIGHT_TLS_KEY), or none.")
    case (nil, .some):
      throw PurSightError(
        .invalidArgument, "There is a private key but no client certificate.",
        advice: "Give both (PURSIGHT_TLS_CERT and PURSIGHT_TLS_KEY), or none.")
    }
    do throws(TLSError) {
      _ = try TLSContext(client: tls)
    } catch {
      throw PurSightError(.invalidArgument, "TLS cannot be set up: \(error.message).")
    }
    return tls
  }
}
