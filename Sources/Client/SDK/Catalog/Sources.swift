public import PurSightAPI
internal import PurSightRPC

/// The systems that data comes from. A source is named by its id.
public struct Sources: Sendable {
  private let session: CallSession
  private var stub: CatalogServiceStub { CatalogServiceStub(session.channel) }

  init(_ session: CallSession) { self.session = session }

  /// Lists sources by name.
  ///
  /// - Parameter filter: An expression over the fields of a source, such as `kind = 'file'`.
  public func list(where filter: Filter? = nil) -> PagedSequence<Source> {
    PagedSequence { [session, stub] (size, token) async throws(PurSightError) in
      let request = ListSourcesRequest(
        parent: session.names.parent, pageSize: size, pageToken: token,
        filter: filter?.inlined ?? "")
      let page = try await session.unary(CatalogServiceMethods.listSources) {
        (options) async throws(RPCError) in try await stub.listSources(request, options)
      }.message
      return .init(elements: page.sources, nextToken: page.nextPageToken)
    }
  }

  /// - Throws: `NOT_FOUND`.
  public func get(_ name: String) async throws(PurSightError) -> Source {
    let request = GetSourceRequest(name: session.names.source(name))
    return try await session.unary(CatalogServiceMethods.getSource) {
      (options) async throws(RPCError) in try await stub.getSource(request, options)
    }.message
  }

  /// Creates a source.
  ///
  /// - Parameters:
  ///   - id: Lower-case letters, digits and dashes, from a letter.
  ///   - dryRun: Checks everything and writes nothing.
  /// - Throws: `ALREADY_EXISTS`.
  @discardableResult public func create(
    _ id: String, _ source: Source = Source(), dryRun: Bool = false
  ) async throws(PurSightError) -> Receipt<Source> {
    try await session.mutate(CatalogServiceMethods.createSource) {
      (requestID, options) async throws(RPCError) in
      try await stub.createSource(
        CreateSourceRequest(
          parent: session.names.parent, sourceID: id, source: source, requestID: requestID,
          validateOnly: dryRun), options)
    }
  }

  /// Changes a source: reads it, lets `change` say what shall be, and writes that. When somebody
  /// else was faster, both are done again.
  @discardableResult public func update(
    _ name: String, dryRun: Bool = false, _ change: (inout Source) -> Void
  ) async throws(PurSightError) -> Receipt<Source> {
    try await session.change(
      read: { () async throws(PurSightError) in try await get(name) }, change
    ) { (old, new) async throws(PurSightError) in
      try await session.mutate(CatalogServiceMethods.updateSource) {
        (requestID, options) async throws(RPCError) in
        try await stub.updateSource(
          UpdateSourceRequest(
            source: new, updateMask: FieldMask(paths: Self.mask), etag: old.meta?.etag ?? "",
            requestID: requestID, validateOnly: dryRun), options)
      }
    }
  }

  private static let mask = ["kind", "display_name", "description", "uri", "owners", "properties"]

  /// Deletes a source.
  /// - Throws: `FAILED_PRECONDITION` while assets belong to it.
  @discardableResult public func delete(
    _ name: String, dryRun: Bool = false
  ) async throws(PurSightError) -> Receipt<Void> {
    try await session.mutate(CatalogServiceMethods.deleteSource) {
      (requestID, options) async throws(RPCError) in
      try await stub.deleteSource(
        DeleteSourceRequest(
          name: session.names.source(name), requestID: requestID, validateOnly: dryRun), options)
    }.map { _ in }
  }
}
