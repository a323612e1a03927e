package import PurSightGovernance
package import PurSightRPC
package import PurSightStorage

/// What every service is made with: the clock, ids, the database, and where long computations go.
package struct ServiceContext: Sendable {
  package let storage: Storage
  package let authorizers: Authorizers
  package let pageTokens: PageTokens
  /// Microseconds since 1970-01-01T00:00:00Z.
  package let clock: @Sendable () -> Int64
  /// A new UUIDv7 in its 36-character form.
  package let makeUID: @Sendable () -> String
  /// Where work of more than 100 µs of processor time goes, so that no event loop stands still.
  package let computeExecutor: any TaskExecutor
  /// The version of the server, such as `0.1.0`.
  package let serverVersion: String
  /// Whether the server is about to stop: long calls tell their callers.
  package let isDraining: @Sendable () -> Bool

  package init(
    storage: Storage, authorizers: Authorizers, pageTokens: PageTokens,
    clock: @escaping @Sendable () -> Int64, makeUID: @escaping @Sendable () -> String,
    computeExecutor: any TaskExecutor, serverVersion: String,
    isDraining: @escaping @Sendable () -> Bool = { false }
  ) {
    self.storage = storage
    self.authorizers = authorizers
    self.pageTokens = pageTokens
    self.clock = clock
    self.makeUID = makeUID
    self.computeExecutor = computeExecutor
    self.serverVersion = serverVersion
    self.isDraining = isDraining
  }

  /// Microseconds since 1970-01-01T00:00:00Z.
  package var now: Int64 { clock() }

  /// Runs work of more than 100 µs off the event loop and comes back with its result.
  package func compute<Result: Sendable, Failure: Error>(
    _ work: @Sendable () throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    try await withTaskExecutorPreference(computeExecutor) { () async throws(Failure) -> Result in
      try await Self.leave(work)
    }
  }

  /// Concurrent, so that it starts on the executor that the task now prefers.
  @concurrent private static func leave<Result: Sendable, Failure: Error>(
    _ work: @Sendable () throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    try work()
  }

  /// Writes the `read` event of a method that reads what may be classified; before its first row.
  package func auditRead(
    _ context: ServerContext, _ resources: [PurSightGovernance.AuditedResource], note: String = ""
  ) async throws {
    let identity = try context.identity
    var unit = UnitOfWork(identity.scope, identity.actor, at: now)
    unit.deadline = context.deadline?.instant
    unit.audit(AuditRecord(.read, resources: resources, note: note))
    let commit = try await storage.commit(unit)
    if let id = commit.eventID { context.addInitialMetadata(MetadataKey.auditID, id) }
  }
}

/// The names of our metadata.
package enum MetadataKey {
  package static let auditID = "x-pursight-audit-id"
  package static let project = "x-pursight-project"
  package static let purpose = "x-pursight-purpose"
  package static let requestID = "x-request-id"
}
