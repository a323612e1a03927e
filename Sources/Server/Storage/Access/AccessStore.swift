internal import PurSightCrypto
package import PurSightGovernance
internal import PurSightPostgres

/// Who has which role, as it is stored.
package struct AccessStore: Sendable {
  private let storage: Storage

  package init(_ storage: Storage) { self.storage = storage }

  /// All bindings of a project with the generation that they belong to.
  package struct Bindings: Sendable {
    /// Grows with every change.
    package let generation: Int64
    package let all: [(principal: String, role: String)]
  }

  /// The generation of a project's bindings; 0 before the first one.
  package func generation(_ scope: Scope) async throws(StorageError) -> Int64 {
    let rows = try await storage.read(scope, "SELECT generation FROM access_generation")
    guard let row = rows.first else { return 0 }
    return try storage.decoded { () throws(PostgresError) in try row.int64(0) }
  }

  /// Everything that an authorizer needs, in one snapshot.
  package func bindings(_ scope: Scope) async throws(StorageError) -> Bindings {
    let rows = try await storage.read(
      scope,
      """
      SELECT coalesce((SELECT generation FROM access_generation), 0), b.principal, b.role \
      FROM (SELECT 1) AS always LEFT JOIN role_binding b ON true
      """)
    return try storage.decoded { () throws(PostgresError) in
      var generation: Int64 = 0
      var all: [(principal: String, role: String)] = []
      for row in rows {
        generation = try row.int64(0)
        guard let principal = try row.optionalString(1) else { continue }
        all.append((principal, try row.string(2)))
      }
      return Bindings(generation: generation, all: all)
    }
  }

  /// One page in the order of uids, which is the order of their making.
  package func page(
    _ scope: Scope, after uid: String?, limit: Int
  ) async throws(StorageError) -> [RoleBinding] {
    try decode(
      await storage.read(
        scope,
        """
        \(fragment: Self.columns) WHERE uid > coalesce(\(uid: uid ?? ""), \
        '00000000-0000-0000-0000-000000000000') ORDER BY uid LIMIT \(limit)
        """))
  }

  /// The binding with a uid; nil: there is none.
  package func binding(
    _ scope: Scope, uid: String
  ) async throws(StorageError) -> RoleBinding? {
    try decode(
      await storage.read(scope, "\(fragment: Self.columns) WHERE uid = \(uid: uid)")
    ).first
  }

  /// The binding of a principal to a role; nil: there is none.
  package func binding(
    _ scope: Scope, principal: String, role: String
  ) async throws(StorageError) -> RoleBinding? {
    try decode(
      await storage.read(
        scope,
        "\(fragment: Self.columns) WHERE principal = \(principal) AND role = \(role)")
    ).first
  }

  /// Grants a role for the server itself, such as the first administrator's; audited, without a
  /// version body, which only the API knows to make.
  package func grant(
    _ role: String, to principal: String, in scope: Scope, by actor: Actor
  ) async throws(StorageError) {
    var unit = UnitOfWork(scope, actor, at: storage.now)
    let binding = RoleBinding(
      principal: principal, role: role,
      state: .created(
        uid: UUID.version7(unixNanoseconds: unit.time * 1000).description, at: unit.time,
        by: actor))
    insert(binding, in: &unit)
    unit.audit(
      AuditRecord(
        .create,
        resources: [
          AuditedResource(
            binding.name(in: scope), revisionBefore: 0, revisionAfter: binding.state.revision)
        ],
        changes: [
          .text("principal", before: nil, after: principal),
          .text("role", before: nil, after: role),
        ]))
    _ = try await storage.commit(unit)
  }

  /// Adds a new binding to a unit of work.
  package func insert(_ binding: RoleBinding, in unit: inout UnitOfWork) {
    let state = binding.state
    unit.add(
      """
      INSERT INTO role_binding (project_id, uid, principal, role, revision, create_time, \
      update_time, creator, updater) VALUES (\(unit.scope.project), \(uid: state.uid), \
      \(binding.principal), \(binding.role), \(state.revision), \(time: state.createTime), \
      \(time: state.updateTime), \(state.creator), \(state.updater))
      """)
    advanceGeneration(in: &unit)
  }

  /// Adds a binding's end to a unit of work; it fails when the binding is gone already.
  package func delete(_ binding: RoleBinding, in unit: inout UnitOfWork) {
    unit.require(
      """
      DELETE FROM role_binding WHERE uid = \(uid: binding.state.uid) \
      AND revision = \(binding.state.revision)
      """, else: .revision)
    advanceGeneration(in: &unit)
  }

  private func advanceGeneration(in unit: inout UnitOfWork) {
    unit.add(
      """
      INSERT INTO access_generation (project_id, generation) VALUES (\(unit.scope.project), 1) \
      ON CONFLICT (project_id) DO UPDATE SET generation = access_generation.generation + 1
      """)
  }

  private static let columns: SQL = """
    SELECT principal, role, uid, revision, create_time, update_time, creator, updater \
    FROM role_binding
    """

  private func decode(_ rows: PostgresRows) throws(StorageError) -> [RoleBinding] {
    try storage.decoded { () throws(PostgresError) in
      var bindings: [RoleBinding] = []
      for row in rows {
        bindings.append(
          RoleBinding(
            principal: try row.string(0), role: try row.string(1),
            state: ResourceState(
              uid: try row.uid(2), revision: try row.int64(3), createTime: try row.time(4),
              updateTime: try row.time(5), creator: try row.string(6),
              updater: try row.string(7))))
      }
      return bindings
    }
  }
}
