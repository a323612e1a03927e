internal import PurSightTLS
internal import PurSightTelemetry

/// What a server is put together from, once its commands have found or made it.
struct DaemonParts: Sendable {
  let configuration: Configuration
  let listeners: Listeners
  let tls: TLSServerConfiguration
  /// Who callers of the plaintext listener are.
  let plaintextPolicy: CallerPolicy
  /// 32 bytes.
  let encryptionKey: [UInt8]
  /// PEM of the Ed25519 key that signs checkpoints.
  let auditSigningKey: String
  let auditOrigin: String
  let trustDomain: String
  let logger: Logger
}
