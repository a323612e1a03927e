import PurSightGovernance
import PurSightPostgres
import PurSightStorage
import PurSightTestSupport
import Testing

extension StorageRoom {
  @Suite struct IsolationTests {
    /// All tables that carry a project.
    private func tables(_ fixture: StorageFixture) throws -> [String] {
      try fixture.temporary.execute(
        """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND a.attname = 'project_id' AND NOT c.relispartition
          AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'project' ORDER BY 1
        """
      ).compactMap { $0 }
    }

    @Test func `a read under another project sees nothing`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      var unit = fixture.unit()
      unit.add(fixture.source("orders"))
      unit.audit(AuditRecord(.create))
      _ = try await fixture.storage.commit(unit)
      let other = try fixture.otherProject()
      let query: SQL = "SELECT slug FROM source"
      #expect(try await fixture.storage.read(fixture.scope, query).count == 1)
      #expect(try await fixture.storage.read(other, query).count == 0)
      #expect(try await fixture.storage.readSystem(query).count == 1)
    }

    @Test func `a connection that forgot the project sees no row of any table`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      var unit = fixture.unit()
      unit.add(fixture.source("orders"))
      unit.requestKey = RequestKey(id: StorageRoom.RequestAnswerTests.id, method: "m", request: [])
      unit.audit(AuditRecord(.create))
      _ = try await fixture.storage.commit(unit)
      for table in try tables(fixture) {
        let rows = try await fixture.database.read(.none, "SELECT 1 FROM \(identifier: table)")
        #expect(rows.isEmpty, "\(table)")
      }
    }

    @Test func `a row of another project can not be written`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      let other = try fixture.otherProject()
      var unit = UnitOfWork(other, fixture.actor, at: fixture.clock.now)
      unit.add(fixture.source("orders"))
      unit.audit(AuditRecord(.create))
      let mine = unit
      #expect(await storageCode { _ = try await fixture.storage.commit(mine) } == .internal)
      #expect(try fixture.count("source") == 0)
    }

    @Test func `every table with a project has row-level security and a policy`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      let unprotected = try fixture.temporary.execute(
        """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND a.attname = 'project_id' AND NOT c.relispartition
          AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'project'
          AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
        """)
      #expect(unprotected.isEmpty)
      #expect(try tables(fixture).count > 20)
    }

    @Test(arguments: [
      "UPDATE audit_event SET body = ''", "DELETE FROM audit_event", "TRUNCATE audit_event",
      "UPDATE audit_leaf SET leaf_hash = ''", "DELETE FROM audit_leaf",
      "DELETE FROM audit_image", "UPDATE audit_image SET body = ''",
      "DELETE FROM audit_checkpoint", "UPDATE audit_checkpoint SET note = ''",
      "UPDATE audit_node SET hash = ''", "DELETE FROM audit_node", "DELETE FROM audit_head",
      "DELETE FROM resource_version", "UPDATE resource_version SET body = ''",
      "UPDATE schema_migration SET number = 0", "INSERT INTO project (slug) VALUES ('x')",
    ])
    func `the application's role can not rewrite history`(_ statement: String) async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      let code = await storageCode {
        _ = try await fixture.storage.executeSystem([SQL(text: statement)])
      }
      #expect(code == .internal || code == .invalid)
    }

    @Test func `a project that does not exist is not found`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      #expect(try await fixture.storage.scope(of: "default") == fixture.scope)
      #expect(await storageCode { _ = try await fixture.storage.scope(of: "no") } == .notFound)
    }

    @Test func `a stream hands out every row and ends with its body's error`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      struct Enough: Error {}
      var sum: Int64 = 0
      try await fixture.storage.stream(
        fixture.scope, "SELECT i::int8 FROM generate_series(1, 100000) i", failing: { $0 }
      ) { row async throws(StorageError) in
        sum += try fixture.storage.decoded { () throws(PostgresError) in try row.int64(0) }
      }
      #expect(sum == 5_000_050_000)
      var rows = 0
      await #expect(throws: Enough.self) {
        try await fixture.storage.stream(
          fixture.scope, "SELECT i FROM generate_series(1, 100000) i",
          failing: { _ in Enough() }
        ) { _ async throws(Enough) in
          rows += 1
          if rows == 3 { throw Enough() }
        }
      }
      #expect(rows == 3)
    }
  }
}
