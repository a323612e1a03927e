internal import PurSightCrypto

extension AuditLeaf {
  /// The canonical bytes: one encoding per content (`docs/audit-leaf.md`).
  ///
  /// Throws `tooLarge` when a field, a list or the whole exceeds its limit, naming it.
  package func encoded() throws(TransparencyLogError) -> [UInt8] {
    var writer = LeafWriter()
    writer.byte(Self.version)
    for byte in eventID.bytes { writer.byte(byte) }
    try writer.text(project, "project")
    writer.integer(time)
    try Self.write(actor, to: &writer)
    writer.bool(source.certificate != nil)
    for byte in source.certificate?.bytes ?? [] { writer.byte(byte) }
    try writer.text(source.userAgent, "user agent")
    try writer.text(call.service, "service")
    try writer.text(call.method, "method")
    try writer.text(call.requestID, "request id")
    try writer.text(call.traceParent, "trace parent")
    writer.byte(activity.rawValue)
    try writer.count(resources.count, "resources")
    for resource in resources { try Self.write(resource, to: &writer) }
    try writer.count(changes.count, "changes")
    for change in changes {
      try writer.text(change.path, "change path")
      try writer.value(change.before, "\(change.path) before")
      try writer.value(change.after, "\(change.path) after")
    }
    writer.integer(outcome)
    writer.bool(decision != nil)
    if let decision {
      writer.bool(decision.isAllowed)
      try writer.text(decision.permission, "permission")
      try writer.text(decision.policy, "policy")
      writer.integer(decision.policyVersion)
    }
    try writer.text(reason, "reason", max: Self.maxValueBytes)
    try writer.count(sealed.count, "sealed fields")
    for field in sealed {
      try writer.text(field.name, "sealed field name")
      try writer.sealed(field.value, field.name)
    }
    guard writer.bytes.count <= Self.maxBytes else {
      throw TransparencyLogError(
        .tooLarge,
        "The audit event has \(writer.bytes.count) bytes, at most \(Self.maxBytes) fit; "
          + "store large values beside it and record their digests")
    }
    return writer.bytes
  }

  /// Reads a leaf.
  ///
  /// Throws `tooLarge` beyond `maxBytes`, `malformed` for another version or bytes that
  /// `encoded()` would not write.
  package init(decoding bytes: [UInt8]) throws(TransparencyLogError) {
    guard bytes.count <= Self.maxBytes else {
      throw TransparencyLogError(
        .tooLarge, "An audit leaf has at most \(Self.maxBytes) bytes, not \(bytes.count)")
    }
    var reader = LeafReader(bytes)
    let version = try reader.byte("version")
    guard version == Self.version else {
      throw reader.malformed("version", "\(version) is not known; use a newer program")
    }
    eventID = try reader.uuid("event id")
    project = try reader.text("project")
    time = try reader.integer("time")
    actor = try Self.readActor(from: &reader)
    source = AuditSource()
    source.certificate = try reader.optional("certificate") {
      reader throws(TransparencyLogError) in try reader.digest("certificate")
    }
    source.userAgent = try reader.text("user agent")
    call = AuditCall(service: try reader.text("service"), method: try reader.text("method"))
    call.requestID = try reader.text("request id")
    call.traceParent = try reader.text("trace parent")
    guard let activity = AuditActivity(rawValue: try reader.byte("activity")) else {
      throw reader.malformed("activity", "it is none of 1, 2, 3, 4, 99 and 100 to 103")
    }
    self.activity = activity
    resources = try reader.list("resources", Self.readResource)
    changes = try reader.list("changes") { reader throws(TransparencyLogError) in
      AuditChange(
        path: try reader.text("change path"), before: try reader.value("change before"),
        after: try reader.value("change after"))
    }
    outcome = try reader.integer("outcome")
    decision = try reader.optional("decision") { reader throws(TransparencyLogError) in
      AuditDecision(
        isAllowed: try reader.bool("decision"), permission: try reader.text("permission"),
        policy: try reader.text("policy"), policyVersion: try reader.integer("policy version"))
    }
    reason = try reader.text("reason", max: Self.maxValueBytes)
    sealed = try reader.list("sealed fields") { reader throws(TransparencyLogError) in
      AuditSealedField(
        name: try reader.text("sealed field name"), value: try reader.sealed("sealed field"))
    }
    guard reader.isAtEnd else { throw reader.malformed("end", "further bytes follow") }
  }

  private static func write(
    _ actor: AuditActor, to writer: inout LeafWriter
  ) throws(TransparencyLogError) {
    writer.byte(actor.kind.rawValue)
    try writer.text(actor.principal, "principal")
    writer.bool(actor.authentication != nil)
    guard let authentication = actor.authentication else { return }
    try writer.text(authentication.method, "authentication method")
    try writer.text(authentication.issuer, "authentication issuer")
    try writer.text(authentication.contextClass, "authentication context class")
    writer.integer(authentication.time)
  }

  private static func readActor(
    from reader: inout LeafReader
  ) throws(TransparencyLogError) -> AuditActor {
    guard let kind = AuditActor.Kind(rawValue: try reader.byte("actor kind")) else {
      throw reader.malformed("actor kind", "it is none of 1, 2 and 3")
    }
    return AuditActor(
      kind: kind, principal: try reader.text("principal"),
      authentication: try reader.optional("authentication") {
        reader throws(TransparencyLogError) in
        AuditActor.Authentication(
          method: try reader.text("authentication method"),
          issuer: try reader.text("authentication issuer"),
          contextClass: try reader.text("authentication context class"),
          time: try reader.integer("authentication time"))
      })
  }

  private static func write(
    _ resource: AuditResource, to writer: inout LeafWriter
  ) throws(TransparencyLogError) {
    try writer.text(resource.kind, "resource kind")
    try writer.text(resource.identifier, "resource identifier")
    for version in [resource.versionBefore, resource.versionAfter] {
      writer.bool(version != nil)
      if let version { writer.integer(version) }
    }
  }

  private static func readResource(
    from reader: inout LeafReader
  ) throws(TransparencyLogError) -> AuditResource {
    func version(_ reader: inout LeafReader) throws(TransparencyLogError) -> UInt64 {
      try reader.integer("resource version")
    }
    return AuditResource(
      kind: try reader.text("resource kind"),
      identifier: try reader.text("resource identifier"),
      versionBefore: try reader.optional("resource version", version),
      versionAfter: try reader.optional("resource version", version))
  }
}
