package import PurSightServerTransport
package import PurSightTelemetry

/// Everything that can be set about a server. `Setting` documents and reads each of them.
package struct Configuration: Hashable, Sendable {
  /// `HOST:PORT` of the encrypted listener; port 0 takes any.
  package var listen = "127.0.0.1:7443"
  /// `HOST:PORT` of the listener for metrics and probes; empty: none.
  package var adminListen = ""
  /// `HOST:PORT` of the listener without encryption; empty: none.
  package var plaintextListen = ""
  package var tls = TLS()
  package var database = Database()
  package var audit = Audit()
  package var limits = Limits()
  /// Limits and timeouts of connections and calls.
  package var transport = Configuration.defaultTransport
  package var logLevel = LogLevel.info

  package init() {}

  /// The transport's own defaults, with room for an Arrow batch in a message.
  private static var defaultTransport: ServerConfiguration {
    var transport = ServerConfiguration()
    transport.limits.maxMessageBytes = 16 << 20
    return transport
  }

  package struct TLS: Hashable, Sendable {
    /// PEM file: the server's certificate, then its issuers.
    package var certificate = ""
    /// PEM file: the server's private key.
    package var privateKey = ""
    /// PEM file: the issuers of client certificates.
    package var clientCA = ""
    /// PEM file: revoked client certificates; empty: none are looked up.
    package var revocationList = ""
    /// The trust domain that clients' SPIFFE IDs have to lie in.
    package var trustDomain = ""
  }

  package struct Database: Hashable, Sendable {
    /// A libpq connection string or URI; with the role pursight_app.
    package var url = ""
    /// The same with the owner's role, for `migrate`.
    package var ownerURL = ""
    /// Connections for changes, per event loop.
    package var connectionsPerLoop = 8
    /// Pipelined connections that all reads of a loop share.
    package var pipelinesPerLoop = 2
    /// How long a change waits for a connection.
    package var waitLimit = Duration.milliseconds(250)
  }

  package struct Audit: Hashable, Sendable {
    /// PEM file: the Ed25519 key that signs checkpoints.
    package var signingKeyFile = ""
    /// File with 64 hexadecimal digits: the key that wraps the keys of personal fields.
    package var masterKeyFile = ""
    /// The log's name in its checkpoints.
    package var origin = ""
  }

  package struct Limits: Hashable, Sendable {
    /// Event loops, each a thread; 0: one per processor.
    package var loops = 0
    /// How long a load balancer has to see NOT_SERVING before connections are closed.
    package var announcement = Duration.milliseconds(50)
    /// How long calls may go on after SIGTERM.
    package var drain = Duration.seconds(10)
  }
}
