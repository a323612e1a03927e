/// What every resource has in common: the values behind the API's `ResourceMeta`.
///
/// Times are microseconds since 1970-01-01T00:00:00Z.
package struct ResourceState: Hashable, Sendable {
  /// UUIDv7 in its 36-character form.
  package var uid: String
  package var revision: Int64
  package var createTime: Int64
  package var updateTime: Int64
  package var deleteTime: Int64?
  package var purgeTime: Int64?
  package var creator: String
  package var updater: String

  package init(
    uid: String, revision: Int64, createTime: Int64, updateTime: Int64, deleteTime: Int64? = nil,
    purgeTime: Int64? = nil, creator: String, updater: String
  ) {
    self.uid = uid
    self.revision = revision
    self.createTime = createTime
    self.updateTime = updateTime
    self.deleteTime = deleteTime
    self.purgeTime = purgeTime
    self.creator = creator
    self.updater = updater
  }

  /// A resource at its first revision.
  package static func created(uid: String, at time: Int64, by actor: Actor) -> ResourceState {
    ResourceState(
      uid: uid, revision: 1, createTime: time, updateTime: time, creator: actor.principal,
      updater: actor.principal)
  }

  /// The state after one more change.
  package func updated(at time: Int64, by actor: Actor) -> ResourceState {
    var next = self
    next.revision += 1
    next.updateTime = max(time, updateTime)
    next.updater = actor.principal
    return next
  }

  /// `"<revision>"`, quotes included (AIP-154).
  package var etag: String { "\"\(revision)\"" }

  /// Compares an etag that a caller read; an empty one fits anything.
  /// - Throws: `conflict` naming both revisions.
  package func checkEtag(_ given: String, of name: String) throws(GovernanceError) {
    guard !given.isEmpty, given != etag else { return }
    throw GovernanceError(
      .conflict, field: "etag",
      "\(name) is at etag \(etag), the request was made for \(given). "
        + "Read it again and repeat the change.")
  }
}
