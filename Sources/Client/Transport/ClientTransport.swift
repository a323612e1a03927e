package import PurSightRPC

/// A client's connections to one target: made when the first call needs one, made again when it is
/// lost.
///
/// One thread of its own serves them. Close it when it is no longer needed; a transport whose last
/// reference goes away closes itself.
package final class ClientTransport: Channel {
  private let core: TransportCore

  /// Connects to nothing yet.
  package init(_ configuration: ClientTransportConfiguration) {
    core = TransportCore(configuration)
  }

  deinit { core.abandon() }

  package var configuration: ClientTransportConfiguration { core.configuration }

  package func unary(
    _ method: MethodInfo, _ request: [UInt8], _ options: CallOptions
  ) async throws(RPCError) -> UnaryResponse {
    try await core.unary(method, request, options)
  }

  package func open(
    _ method: MethodInfo, _ options: CallOptions
  ) async throws(RPCError) -> any ClientCall {
    try await core.open(method, options)
  }

  /// Ends open calls with CANCELLED and closes the connections. A second time does nothing; calls
  /// that come later fail with FAILED_PRECONDITION.
  package func close() async { await core.close() }
}
