import PurSightServerTransport

extension ServerConfiguration {
  /// A server that waits for clients whose tasks wait for the rest of the test process.
  static var patient: ServerConfiguration {
    var configuration = ServerConfiguration()
    configuration.timeouts.requestStall = .seconds(600)
    configuration.timeouts.responseStall = .seconds(600)
    return configuration
  }
}
