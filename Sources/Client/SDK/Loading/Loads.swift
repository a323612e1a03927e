public import PurSightAPI
internal import PurSightRPC

/// The loads of a project.
public struct Loads: Sendable {
  private let session: CallSession
  private var stub: IngestionServiceStub { IngestionServiceStub(session.channel) }

  init(_ session: CallSession) { self.session = session }

  /// Lists loads, newest first.
  ///
  /// - Parameters:
  ///   - dataset: Only those into this one; nil: all.
  ///   - state: Only those in this state; nil: all.
  public func list(
    dataset: String? = nil, state: WriteStreamState? = nil
  ) -> PagedSequence<WriteStream> {
    let parent = dataset.map(session.names.dataset) ?? session.names.parent
    return PagedSequence { [session, stub] (size, token) async throws(PurSightError) in
      let request = ListWriteStreamsRequest(
        parent: parent, pageSize: size, pageToken: token, state: state ?? .unspecified)
      let page = try await session.unary(IngestionServiceMethods.listWriteStreams) {
        (options) async throws(RPCError) in try await stub.listWriteStreams(request, options)
      }.message
      return .init(elements: page.writeStreams, nextToken: page.nextPageToken)
    }
  }

  /// A load by its full name.
  /// - Throws: `NOT_FOUND`.
  public func get(_ name: String) async throws(PurSightError) -> WriteStream {
    let request = GetWriteStreamRequest(name: name)
    return try await session.unary(IngestionServiceMethods.getWriteStream) {
      (options) async throws(RPCError) in try await stub.getWriteStream(request, options)
    }.message
  }

  /// An open load by its id or full name.
  ///
  /// - Parameter id: nil takes the only open one.
  /// - Throws: `NOT_FOUND`; `FAILED_PRECONDITION`, reason `SEVERAL_LOADS`, when several fit.
  public func find(_ id: String? = nil) async throws(PurSightError) -> WriteStream {
    if let id, id.hasPrefix("projects/") { return try await get(id) }
    let open = try await list(state: .open).all()
    let found = id.map { id in open.filter { Names.id($0.name) == id } } ?? open
    if found.count == 1 { return found[0] }
    guard !found.isEmpty else {
      throw PurSightError(
        .notFound, id.map { "There is no open load \"\($0)\"." } ?? "There is no open load.",
        reason: "NO_LOAD")
    }
    let names = found.map { Names.id($0.name) }.joined(separator: ", ")
    throw PurSightError(
      .failedPrecondition, "Several loads are open: \(names).", reason: "SEVERAL_LOADS",
      advice: "Say which one.")
  }

  /// Gives a load up. What is durable stays.
  ///
  /// - Parameter reason: Why, for the audit log.
  @discardableResult public func abort(
    _ name: String, reason: String
  ) async throws(PurSightError) -> WriteStream {
    let request = AbortWriteStreamRequest(name: name, reason: reason)
    return try await session.unary(IngestionServiceMethods.abortWriteStream) {
      (options) async throws(RPCError) in try await stub.abortWriteStream(request, options)
    }.message
  }
}
