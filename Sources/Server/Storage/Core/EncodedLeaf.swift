internal import PurSightCrypto
internal import PurSightGovernance
internal import PurSightTransparencyLog

/// An audit event as it is stored: the leaf's canonical bytes, and the images that it holds by
/// hash.
struct EncodedLeaf {
  /// Values of a change that are longer, in bytes, are kept beside the leaf from the start.
  static let maxInlineBytes = 4096
  /// What stays inline, in bytes, when the leaf as a whole would be too long.
  static let minInlineBytes = 128
  /// Bytes of one image; larger changes are refused.
  static let maxImageBytes = 16 << 20

  /// A before or after value by its hash.
  struct Image {
    let digest: SHA256Digest
    let body: [UInt8]
  }

  let eventID: UUID
  let body: [UInt8]
  private(set) var images: [Image] = []

  /// - Parameter subject: The key of the actor's personal fields; nil when it has been erased.
  init(
    _ record: AuditRecord, eventID: UUID, _ scope: Scope, _ actor: Actor, at time: Int64,
    subject: SubjectKeys.SubjectKey?
  ) throws(StorageError) {
    self.eventID = eventID
    var leaf = Self.leaf(record, eventID, scope, actor, time)
    if let subject, !actor.peerAddress.isEmpty {
      leaf.sealed = [try Self.sealed(actor.peerAddress, eventID, subject)]
    }
    do throws(TransparencyLogError) {
      leaf.changes = try Self.changes(record, inline: Self.maxInlineBytes, &images)
      if let encoded = try? leaf.encoded() {
        body = encoded
        return
      }
      images = []
      leaf.changes = try Self.changes(record, inline: Self.minInlineBytes, &images)
      body = try leaf.encoded()
    } catch {
      throw StorageError(.invalid, "The change cannot be audited: \(error.message).")
    }
  }

  private static func leaf(
    _ record: AuditRecord, _ eventID: UUID, _ scope: Scope, _ actor: Actor, _ time: Int64
  ) -> AuditLeaf {
    let isSystem = actor.principal.hasPrefix("system:")
    let call = actor.method.split(separator: "/", maxSplits: 1).map(String.init)
    return AuditLeaf(
      eventID: eventID, project: scope.slug, time: time,
      actor: AuditActor(
        kind: isSystem ? .system : .service, principal: actor.principal,
        authentication: isSystem ? nil : AuditActor.Authentication(method: "mtls")),
      call: AuditCall(
        service: call.count == 2 ? call[0] : "", method: call.last ?? "",
        requestID: actor.requestID),
      activity: activity(record.activity),
      resources: record.resources.map(resource),
      outcome: UInt32(clamping: record.outcome),
      decision: record.deniedPermission.map { AuditDecision(isAllowed: false, permission: $0) },
      reason: [actor.purpose, record.note].filter { !$0.isEmpty }.joined(separator: "\n"))
  }

  private static func activity(_ activity: AuditRecord.Activity) -> AuditActivity {
    switch activity {
    case .create: .create
    case .update: .update
    case .delete: .delete
    case .read: .read
    case .open: .open
    case .finish: .finish
    case .abort: .abort
    case .deny: .deny
    }
  }

  private static func resource(_ resource: AuditedResource) -> AuditResource {
    let parts = resource.name.split(separator: "/", maxSplits: 3)
    return AuditResource(
      kind: parts.count > 2 ? String(parts[2]) : "", identifier: resource.name,
      versionBefore: resource.revisionBefore > 0 ? UInt64(resource.revisionBefore) : nil,
      versionAfter: resource.revisionAfter > 0 ? UInt64(resource.revisionAfter) : nil)
  }

  private static func sealed(
    _ address: String, _ eventID: UUID, _ subject: SubjectKeys.SubjectKey
  ) throws(StorageError) -> AuditSealedField {
    let field = "source.address"
    do {
      return AuditSealedField(
        name: field,
        value: try AuditSealedValue(
          sealing: address, field: field, eventID: eventID, key: subject.key, keyID: subject.id))
    } catch {
      throw StorageError(.internal, "A personal field could not be encrypted: \(error.message)")
    }
  }

  /// The changes; values longer than `inline` bytes become images, and so does a list that is too
  /// long.
  private static func changes(
    _ record: AuditRecord, inline: Int, _ images: inout [Image]
  ) throws(TransparencyLogError) -> [AuditChange] {
    guard record.changes.count <= AuditLeaf.maxItems else {
      let all = record.changes
        .map { "\($0.path)\t\($0.before ?? "")\t\($0.after ?? "")" }.joined(separator: "\n")
      return [
        AuditChange(path: "*", before: .absent, after: try image(Array(all.utf8), &images))
      ]
    }
    var changes: [AuditChange] = []
    for change in record.changes {
      changes.append(
        AuditChange(
          path: change.path, before: try value(change.before, inline, &images),
          after: try value(change.after, inline, &images)))
    }
    return changes
  }

  private static func value(
    _ text: String?, _ inline: Int, _ images: inout [Image]
  ) throws(TransparencyLogError) -> AuditValue {
    guard let text else { return .absent }
    return text.utf8.count <= inline ? .text(text) : try image(Array(text.utf8), &images)
  }

  private static func image(
    _ body: [UInt8], _ images: inout [Image]
  ) throws(TransparencyLogError) -> AuditValue {
    guard body.count <= maxImageBytes else {
      throw TransparencyLogError(
        .tooLarge, "one value has \(body.count) bytes; \(maxImageBytes) are allowed")
    }
    let digest = SHA256.hash(body)
    images.append(Image(digest: digest, body: body))
    return .digest(digest, byteCount: UInt64(body.count))
  }
}

extension Storage {
  /// The unit's events as leaves. Needs the database only for a principal that was not seen lately.
  func encodedLeaves(of unit: UnitOfWork) async throws(StorageError) -> [EncodedLeaf] {
    guard !unit.events.isEmpty else { return [] }
    var subject: SubjectKeys.SubjectKey?
    if !unit.actor.peerAddress.isEmpty {
      subject = try await subjectKeys.key(of: unit.actor.principal, in: unit.scope, at: unit.time)
    }
    var leaves: [EncodedLeaf] = []
    for (index, record) in unit.events.enumerated() {
      let eventID = index == 0 ? unit.eventID : UUID.version7(unixNanoseconds: unit.time * 1000)
      leaves.append(
        try EncodedLeaf(
          record, eventID: eventID, unit.scope, unit.actor, at: unit.time, subject: subject))
    }
    return leaves
  }
}
