internal import PurSightAPI
internal import PurSightCrypto
internal import PurSightGovernance
internal import PurSightServiceKit
internal import PurSightStorage
internal import PurSightTransparencyLog

/// Decodes leaves for people, and opens what is sealed where its key has not been erased.
struct EventReader {
  private let store: AuditStore
  private let scope: Scope
  private var keys: [String: SymmetricKey?] = [:]

  init(_ store: AuditStore, _ scope: Scope) {
    self.store = store
    self.scope = scope
  }

  /// An event; one whose leaf does not decode says so in its note instead of failing the list.
  mutating func event(_ stored: AuditStore.StoredEvent) async throws -> AuditEvent {
    let index = stored.leafIndex.map { Int64($0) }
    let leaf: PurSightTransparencyLog.AuditLeaf
    do {
      leaf = try PurSightTransparencyLog.AuditLeaf(decoding: stored.body)
    } catch {
      return AuditEvent(
        id: stored.id, leafIndex: index, project: scope.name,
        note: "The stored bytes are no audit event: \(error.message). Run audit verify.")
    }
    let call =
      leaf.call.service.isEmpty
      ? leaf.call.method : "\(leaf.call.service)/\(leaf.call.method)"
    return AuditEvent(
      id: stored.id, leafIndex: index, eventTime: Timestamp(microseconds: leaf.time),
      actor: leaf.actor.principal, peerAddress: try await address(leaf), method: call,
      activity: "\(leaf.activity)",
      resources: leaf.resources.map {
        PurSightAPI.AuditedResource(
          name: $0.identifier, revisionBefore: Int64($0.versionBefore ?? 0),
          revisionAfter: Int64($0.versionAfter ?? 0))
      },
      changes: leaf.changes.map {
        PurSightAPI.FieldChange(
          path: $0.path, before: Self.text($0.before), after: Self.text($0.after))
      },
      outcome: Int32(clamping: leaf.outcome), requestID: leaf.call.requestID,
      project: "projects/\(leaf.project)", note: leaf.reason)
  }

  private static func text(_ value: AuditValue) -> String? {
    switch value {
    case .absent: nil
    case .text(let text): text
    case .digest(let digest, let count): "\"sha256:\(digest.hexadecimal) (\(count) bytes)\""
    case .sealed: "\"(sealed)\""
    }
  }

  /// The peer's address, if its key is there.
  private mutating func address(
    _ leaf: PurSightTransparencyLog.AuditLeaf
  ) async throws -> String {
    let field = "source.address"
    guard let sealed = leaf.sealed.first(where: { $0.name == field })?.value else { return "" }
    let id = sealed.keyID.description
    let key: SymmetricKey?
    if let known = keys[id] {
      key = known
    } else {
      key = try await store.subjectKey(id, in: scope)
      keys[id] = .some(key)
    }
    guard let key else { return "(erased)" }
    return (try? sealed.open(field: field, eventID: leaf.eventID, key: key)) ?? "(unreadable)"
  }
}
