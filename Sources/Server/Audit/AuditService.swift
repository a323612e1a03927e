package import PurSightAPI
internal import PurSightCrypto
internal import PurSightGovernance
package import PurSightRPC
package import PurSightServiceKit
internal import PurSightStorage
internal import PurSightTransparencyLog

extension ListAuditEventsRequest: PagedRequest {}

/// Shows the audit log and proves it. Nothing is written through it.
package struct AuditService: AuditServiceHandler {
  /// Events or leaves in one response of a stream.
  static let streamPage = 256
  /// How often a stream that waits for events looks for them.
  static let watchInterval: Duration = .milliseconds(200)

  let kit: ServiceContext
  let store: AuditStore

  package init(_ kit: ServiceContext) {
    self.kit = kit
    store = AuditStore(kit.storage)
  }

  // MARK: Events

  package func listAuditEvents(
    _ request: ListAuditEventsRequest, _ context: ServerContext
  ) async throws -> ListAuditEventsResponse {
    let scope = try context.scope(ofParent: request.parent)
    let page = try kit.pageTokens.page(request, scope)
    var found = try await store.events(
      before: page.after?.first ?? "", limit: page.limit + 1,
      filter: try AuditStore.filterFields.render(request.filter), in: scope)
    var response = ListAuditEventsResponse()
    if found.count > page.limit {
      found.removeLast(found.count - page.limit)
      response.nextPageToken = try kit.pageTokens.token(
        after: [found.last?.id ?? ""], request, scope)
    }
    var reader = EventReader(store, scope)
    for event in found { response.events.append(try await reader.event(event)) }
    return response
  }

  package func watchAuditEvents(
    _ request: WatchAuditEventsRequest, _ responses: ResponseWriter<WatchAuditEventsResponse>,
    _ context: ServerContext
  ) async throws {
    let scope = try context.scope(ofParent: request.parent)
    var next: UInt64
    if let start = request.startIndex {
      next = UInt64(start)
    } else {
      next = try await store.head().size
    }
    var reader = EventReader(store, scope)
    var told: UInt64?
    while !Task.isCancelled, !kit.isDraining() {
      let size = try await store.head().size
      let found = try await store.events(from: next, limit: Self.streamPage, in: scope)
      next = found.last?.leafIndex.map { $0 + 1 } ?? max(next, size)
      if !found.isEmpty || told != next {
        var response = WatchAuditEventsResponse(nextIndex: Int64(next))
        for event in found { response.events.append(try await reader.event(event)) }
        try await responses.write(response)
        told = next
      }
      if found.count < Self.streamPage { try await Task.sleep(for: Self.watchInterval) }
    }
  }

  // MARK: Proofs

  package func getCheckpoint(
    _ request: GetCheckpointRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.Checkpoint {
    let stored = try await checkpoint(atLeast: UInt64(request.minimumSize), context)
    return PurSightAPI.Checkpoint(stored)
  }

  /// Waits, within the deadline, for a checkpoint of at least so many leaves.
  private func checkpoint(
    atLeast size: UInt64, _ context: ServerContext
  ) async throws -> AuditStore.StoredCheckpoint {
    while true {
      if let newest = try await store.checkpoint(), newest.size >= size { return newest }
      if let deadline = context.deadline, deadline.remaining < .milliseconds(300) {
        throw RPCError(
          .unavailable,
          "No checkpoint of \(size) leaves was signed yet. Try again in a moment."
        )
        .reason("NOT_SEQUENCED").retry(afterMilliseconds: 500)
      }
      try await Task.sleep(for: Self.watchInterval / 4)
    }
  }

  package func getInclusionProof(
    _ request: GetInclusionProofRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.InclusionProof {
    let index = try await leafIndex(request, context)
    let wanted = request.treeSize == 0 ? index + 1 : UInt64(request.treeSize)
    let newest = try await checkpoint(atLeast: wanted, context)
    var checkpoint = newest
    if request.treeSize > 0, wanted != newest.size {
      guard let exact = try await store.checkpoint(size: wanted) else {
        throw RPCError.invalidField(
          "tree_size",
          "No checkpoint was signed for \(wanted) leaves; the newest is "
            + "\(newest.size). Leave it out for the newest.")
      }
      checkpoint = exact
    }
    guard index < checkpoint.size,
      let leaf = try await store.leaves(from: index, to: index + 1, limit: 1).first
    else {
      throw RPCError.invalidField(
        "leaf_index", "The log of \(checkpoint.size) leaves has no leaf \(index).")
    }
    let plan = try ProofPlan.inclusion(index: index, size: checkpoint.size)
    let path = try plan.proof(reading: try await store.hashes(plan.reads))
    return PurSightAPI.InclusionProof(
      leaf: PurSightAPI.AuditLeaf(leaf), path: path.map(\.bytes),
      checkpoint: PurSightAPI.Checkpoint(checkpoint))
  }

  private func leafIndex(
    _ request: GetInclusionProofRequest, _ context: ServerContext
  ) async throws -> UInt64 {
    if let index = request.leafIndex { return UInt64(index) }
    guard !request.eventID.isEmpty else {
      throw RPCError.invalidField("event_id", "Give the event's id or the leaf's index.")
    }
    let scope = try context.scope
    while true {
      switch try await store.place(ofEvent: request.eventID, in: scope) {
      case .leaf(let index): return index
      case .unknown: throw RPCError.notFound("audit event", request.eventID)
      case .pending:
        if let deadline = context.deadline, deadline.remaining < .milliseconds(300) {
          throw RPCError(
            .unavailable, "The event is committed but has no leaf yet. Try again in a moment."
          )
          .reason("NOT_SEQUENCED").retry(afterMilliseconds: 500)
        }
        try await Task.sleep(for: Self.watchInterval / 4)
      }
    }
  }

  package func getConsistencyProof(
    _ request: GetConsistencyProofRequest, _ context: ServerContext
  ) async throws -> PurSightAPI.ConsistencyProof {
    let first = UInt64(request.firstSize)
    let later: AuditStore.StoredCheckpoint
    if request.secondSize == 0 {
      later = try await checkpoint(atLeast: first, context)
    } else if let exact = try await store.checkpoint(size: UInt64(request.secondSize)) {
      later = exact
    } else {
      throw RPCError.invalidField(
        "second_size", "No checkpoint was signed for \(request.secondSize) leaves.")
    }
    guard first <= later.size else {
      throw RPCError.invalidField(
        "first_size", "\(first) is more than the \(later.size) leaves of the later checkpoint.")
    }
    let plan = try ProofPlan.consistency(from: first, to: later.size)
    let path = try plan.proof(reading: try await store.hashes(plan.reads))
    return PurSightAPI.ConsistencyProof(
      path: path.map(\.bytes), checkpoint: PurSightAPI.Checkpoint(later))
  }

  package func readAuditLeaves(
    _ request: ReadAuditLeavesRequest, _ responses: ResponseWriter<ReadAuditLeavesResponse>,
    _ context: ServerContext
  ) async throws {
    let size = try await store.checkpoint()?.size ?? 0
    let end = request.endIndex == 0 ? size : min(UInt64(request.endIndex), size)
    var next = UInt64(request.startIndex)
    while next < end {
      let found = try await store.leaves(from: next, to: end, limit: Self.streamPage)
      guard let last = found.last else { return }
      try await responses.write(
        ReadAuditLeavesResponse(leaves: found.map { PurSightAPI.AuditLeaf($0) }))
      next = last.index + 1
    }
  }
}

extension PurSightAPI.Checkpoint {
  init(_ stored: AuditStore.StoredCheckpoint) {
    self.init(
      note: stored.note, size: Int64(stored.size), root: stored.root,
      signTime: Timestamp(microseconds: stored.time))
  }
}

extension PurSightAPI.AuditLeaf {
  init(_ leaf: AuditStore.StoredLeaf) {
    self.init(leafIndex: Int64(leaf.index), body: leaf.body, leafHash: leaf.hash)
  }
}
