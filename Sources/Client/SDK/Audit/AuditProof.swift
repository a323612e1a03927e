public import PurSightAPI
internal import PurSightCrypto
internal import PurSightRPC
internal import PurSightTransparencyLog

/// The proof that an event is in the audit log: a value that can be kept, sent, and verified
/// without any server.
public struct AuditProof: Sendable, Hashable {
  private let proof: PurSightTransparencyLog.AuditProof

  /// The event's place in the log, from 0.
  public var index: Int64 { Int64(clamping: proof.index) }

  /// The proof as text (C2SP tlog-proof), to be kept in a file.
  public var fileText: String { proof.fileText }

  /// - Throws: `INVALID_ARGUMENT` for text that is no proof.
  public init(fileText: String) throws(PurSightError) {
    do throws(TransparencyLogError) {
      proof = try PurSightTransparencyLog.AuditProof(fileText: fileText)
    } catch {
      throw PurSightError(error)
    }
  }

  init(_ message: PurSightAPI.InclusionProof) throws(PurSightError) {
    guard let leaf = message.leaf, let checkpoint = message.checkpoint, leaf.leafIndex >= 0 else {
      throw PurSightError(.internal, "The server's proof has no leaf or no checkpoint.")
    }
    var path: [SHA256Digest] = []
    for hash in message.path {
      guard let digest = SHA256Digest(bytes: hash) else {
        throw PurSightError(.internal, "The server's proof has a hash of \(hash.count) bytes.")
      }
      path.append(digest)
    }
    proof = PurSightTransparencyLog.AuditProof(
      leaf: leaf.body, index: UInt64(leaf.leafIndex), path: path,
      checkpointNote: checkpoint.note)
  }

  /// Verifies that the event is in the log that `key` has signed, as it is here.
  ///
  /// - Returns: the checkpoint that says so.
  /// - Throws: `DATA_LOSS` with the reason `CHANGED`, `MISSING` or `FORKED`; `PERMISSION_DENIED`,
  ///   reason `UNTRUSTED`, when somebody else has signed.
  @discardableResult public func verify(
    _ key: VerifierKey
  ) throws(PurSightError) -> SignedCheckpoint {
    do throws(TransparencyLogError) {
      return SignedCheckpoint(try proof.verify(key.key), key)
    } catch {
      throw PurSightError(error)
    }
  }

  /// What the event says. Verify first: this does not.
  /// - Throws: `INVALID_ARGUMENT` when its bytes are no event.
  public func event() throws(PurSightError) -> AuditEvent {
    do throws(TransparencyLogError) {
      var event = AuditEvent(try PurSightTransparencyLog.AuditLeaf(decoding: proof.leaf))
      event.leafIndex = index
      return event
    } catch {
      throw PurSightError(error)
    }
  }
}

extension AuditEvent {
  /// What a leaf says in the open; personal values are sealed in it and stay out.
  init(_ leaf: PurSightTransparencyLog.AuditLeaf) {
    self.init(
      id: leaf.eventID.description, eventTime: Timestamp(microseconds: leaf.time),
      actor: leaf.actor.principal, method: "\(leaf.call.service)/\(leaf.call.method)",
      activity: "\(leaf.activity)",
      resources: leaf.resources.map {
        AuditedResource(
          name: $0.identifier, revisionBefore: Int64(clamping: $0.versionBefore ?? 0),
          revisionAfter: Int64(clamping: $0.versionAfter ?? 0))
      },
      changes: leaf.changes.map {
        FieldChange(path: $0.path, before: $0.before.open, after: $0.after.open)
      },
      outcome: Int32(clamping: leaf.outcome), requestID: leaf.call.requestID,
      project: "projects/\(leaf.project)", note: leaf.reason)
  }
}

extension AuditValue {
  /// The value as JSON; nil where it is absent or not in the open.
  fileprivate var open: String? {
    if case .text(let text) = self { text } else { nil }
  }
}
