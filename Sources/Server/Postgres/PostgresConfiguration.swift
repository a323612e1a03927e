/// How the database is reached and how much of it is used.
package struct PostgresConfiguration: Sendable {
  /// libpq's connection string or URI.
  ///
  /// Give an address or a socket's directory: a host name is looked up on the event loop.
  package var connection: String
  /// The name shown in `pg_stat_activity`.
  package var applicationName = "pursightd"
  /// Shared connections for reads, per event loop.
  package var pipelinesPerLoop = 2
  /// Connections for transactions, per event loop; opened when needed.
  package var connectionsPerLoop = 8
  /// Callers that may wait for a connection of a loop, per connection; more are told `busy`.
  package var maxWaitersPerConnection = 2
  /// How long a caller may wait for a connection before it is told `busy`, or `unavailable` when
  /// none can be made.
  package var waitLimit = Duration.milliseconds(250)
  /// How long making a connection may take.
  package var connectLimit = Duration.seconds(5)
  /// How long a shared read may take at the server, whatever its deadline.
  package var readLimit = Duration.seconds(5)
  /// How long a read may wait while there is no connection, before it is told `unavailable`.
  package var reconnectLimit = Duration.seconds(1)
  /// How long an abandoned statement may take to end before its connection is closed.
  package var drainLimit = Duration.milliseconds(500)
  /// An unused connection is closed after this time.
  package var idleLimit = Duration.seconds(60)
  /// Statements a connection keeps parsed; further ones are parsed at each execution.
  package var maxPreparedStatements = 256
  /// Reads that wait for an answer, per shared connection; more are told `busy`.
  package var maxPendingReads = 4096

  package init(connection: String) { self.connection = connection }
}
