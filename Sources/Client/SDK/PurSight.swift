@_exported public import PurSightAPI
internal import PurSightClientTransport
@_exported public import PurSightRPC

/// A client of a PurSight server: where every program begins.
///
/// ```swift
/// let pursight = try await PurSight.connect()
/// for try await flight in pursight.dataset("flights").rows(where: "dep_delay > \(120)") { … }
/// await pursight.close()
/// ```
///
/// Safe to use from any task. Nothing has to be kept running: the first call connects, a lost
/// connection is made anew, and a client that nobody holds any more closes itself.
public final class PurSight: Sendable {
  /// Where the client connects to, and where each setting came from.
  public let settings: ConnectionSettings
  let session: CallSession
  private let transport: ClientTransport?

  init(_ settings: ConnectionSettings, _ session: CallSession, _ transport: ClientTransport?) {
    self.settings = settings
    self.session = session
    self.transport = transport
  }

  /// Makes a client of the server that options, environment or the current context name.
  ///
  /// Connects to nothing yet, so a server that is down is the first call's error.
  /// - Throws: `INVALID_ARGUMENT` when a setting or file makes no sense, `NOT_FOUND` for a context
  ///   that does not exist.
  public static func connect(
    _ options: ConnectOptions = ConnectOptions()
  ) async throws(PurSightError) -> PurSight {
    let settings = try options.resolved()
    let transport = ClientTransport(try settings.transport(options))
    return PurSight(settings, CallSession(transport, settings, options), transport)
  }

  /// Makes a client of the server at an address; everything else as `connect(_:)` has it.
  ///
  /// - Parameter address: `host:port`.
  public static func connect(address: String) async throws(PurSightError) -> PurSight {
    var options = ConnectOptions()
    options.address = address
    return try await connect(options)
  }

  /// Ends what is under way and closes the connection. A second time does nothing.
  public func close() async { await transport?.close() }

  /// The project that calls without another one go to.
  public var project: String { settings.project.value }
}

/// Makes a client, gives it to `body` and closes it however that ends.
public func withPurSightClient<Result>(
  _ options: ConnectOptions = ConnectOptions(), _ body: (PurSight) async throws -> Result
) async throws -> Result {
  let pursight = try await PurSight.connect(options)
  do {
    let result = try await body(pursight)
    await pursight.close()
    return result
  } catch {
    await pursight.close()
    throw error
  }
}

extension PurSight {
  /// Systems that data comes from.
  public var sources: Sources { Sources(session) }
  /// What data exists, and what it means.
  public var assets: Assets { Assets(session) }
  /// Tables of rows that PurSight stores.
  public var datasets: Datasets { Datasets(session) }
  /// Loads into datasets.
  public var loads: Loads { Loads(session) }
  /// What rows have to keep to.
  public var ruleSets: RuleSets { RuleSets(session) }
  /// Evaluations of rule sets.
  public var checkRuns: CheckRuns { CheckRuns(session) }
  /// Rules that do not hold.
  public var issues: Issues { Issues(session) }
  /// What happened, and its proof.
  public var audit: Audit { Audit(session) }
  /// Who may do what.
  public var access: Access { Access(session) }

  /// Who this client is to the server, and what it may do.
  public func caller() async throws(PurSightError) -> Caller { try await access.caller() }

  /// A dataset by uid or fully qualified name. Calls nothing: the first use does.
  public func dataset(_ name: String) -> DatasetReference {
    DatasetReference(session, name: session.names.dataset(name))
  }

  /// An asset by uid or fully qualified name, with its columns.
  /// - Throws: `NOT_FOUND`.
  public func asset(_ name: String) async throws(PurSightError) -> CatalogAsset {
    try await CatalogAsset(session, name)
  }

  /// Finds assets by the words of their names, columns and descriptions, best first.
  ///
  /// - Parameter limit: How many at the most; nil: all.
  public func search(_ words: String, limit: Int? = nil) -> PagedSequence<SearchHit> {
    assets.search(words, limit: limit)
  }
}
