import PurSightCrypto
import PurSightGovernance
import PurSightPostgres
import PurSightStorage
import PurSightTestSupport
import PurSightTransparencyLog
import Testing

extension StorageRoom {
  @Suite struct UnitOfWorkTests {
    @Test func `a change without an audit event is refused and writes nothing`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      var unit = fixture.unit()
      unit.add(fixture.source("orders"))
      #expect(await storageCode { _ = try await fixture.storage.commit(unit) } == .unaudited)
      #expect(try fixture.count("source") == 0)
    }

    @Test func `a change, its version and its event are there together`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      let uid = UUID.version7()
      var unit = fixture.unit()
      unit.add(fixture.source("orders", uid: uid))
      unit.record(
        ResourceVersion(
          .source, uid: uid.description, revision: 1, operation: .create, body: [1, 2, 3]))
      unit.audit(
        AuditRecord(
          .create,
          resources: [
            .init("projects/default/sources/orders", revisionBefore: 0, revisionAfter: 1)
          ],
          changes: [.text("uri", before: nil, after: "a\"b")]))
      let commit = try await fixture.storage.commit(unit)
      #expect(commit.eventID == unit.eventID.description)
      #expect(try fixture.count("source") == 1)
      #expect(try fixture.count("audit_pending") == 1)
      let version = try fixture.temporary.execute(
        "SELECT concat_ws(' ', uid, revision, kind, operation, actor, body, event_id) "
          + "FROM resource_version")
      #expect(
        version == ["\(uid) 1 1 1 spiffe://dev/admin \\x010203 \(unit.eventID)"])
      let leaf = try AuditLeaf(decoding: try await storedLeaf(fixture))
      #expect(leaf.eventID == unit.eventID)
      #expect(leaf.project == "default")
      #expect(leaf.time == StorageFixture.time)
      #expect(leaf.call.service == "test.Service")
      #expect(leaf.call.method == "Change")
      #expect(
        leaf.resources == [
          AuditResource(
            kind: "sources", identifier: "projects/default/sources/orders", versionAfter: 1)
        ])
      #expect(
        leaf.changes == [
          AuditChange(path: "uri", before: .absent, after: .text("\"a\\\"b\""))
        ])
    }

    @Test func `the peer's address is in the event as ciphertext only`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      var unit = fixture.unit()
      unit.audit(AuditRecord(.update))
      _ = try await fixture.storage.commit(unit)
      let body = try await storedLeaf(fixture)
      #expect(!String(decoding: body, as: UTF8.self).contains("192.0.2.7"))
      let sealed = try #require(try AuditLeaf(decoding: body).sealed.first)
      let wrapped = try fixture.temporary.execute(
        "SELECT encode(wrapped_key, 'hex') FROM subject_key WHERE key_id = '\(sealed.value.keyID)'")
      let key = try AESKeyWrap.unwrap(
        Hexadecimal.decode(wrapped[0] ?? ""),
        with: SymmetricKey(bytes: [UInt8](repeating: 7, count: 32)))
      #expect(
        try sealed.value.open(field: "source.address", eventID: unit.eventID, key: key)
          == "192.0.2.7:4711")
    }

    @Test func `one subject has one key, however many servers ask for it first`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          let server = Storage(
            database: fixture.database, keys: fixture.storage.keys, clock: { StorageFixture.time })
          group.addTask {
            var unit = fixture.unit()
            unit.audit(AuditRecord(.update))
            _ = try await server.commit(unit)
          }
        }
        try await group.waitForAll()
      }
      #expect(try fixture.count("subject_key") == 1)
      #expect(try fixture.count("audit_event") == 4)
    }

    @Test func `an erased subject's events hold no address any more`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      var unit = fixture.unit()
      unit.audit(AuditRecord(.update))
      _ = try await fixture.storage.commit(unit)
      try fixture.temporary.execute(
        "UPDATE subject_key SET wrapped_key = NULL; TRUNCATE audit_event")
      fixture.clock.advance(by: 60_000_000)
      var next = fixture.unit()
      next.audit(AuditRecord(.update))
      _ = try await fixture.storage.commit(next)
      #expect(try AuditLeaf(decoding: try await storedLeaf(fixture)).sealed.isEmpty)
    }

    @Test func `a large image stands beside the leaf under its hash`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      let large = FieldChange.quoted(String(repeating: "x", count: 100_000))
      var unit = fixture.unit()
      unit.audit(AuditRecord(.update, changes: [.init("description", before: "1", after: large)]))
      _ = try await fixture.storage.commit(unit)
      let leaf = try AuditLeaf(decoding: try await storedLeaf(fixture))
      let digest = SHA256.hash(Array(large.utf8))
      #expect(leaf.changes.map(\.after) == [.digest(digest, byteCount: 100_002)])
      #expect(leaf.changes.map(\.before) == [.text("1")])
      let stored = try fixture.temporary.execute(
        "SELECT encode(sha256(body), 'hex') FROM audit_image")
      #expect(stored == [digest.hexadecimal])
    }

    @Test func `more changes than a leaf holds are one image`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      var unit = fixture.unit()
      let changes = (0..<257).map { FieldChange("column\($0)", before: nil, after: "\($0)") }
      unit.audit(AuditRecord(.update, changes: changes))
      _ = try await fixture.storage.commit(unit)
      #expect(try AuditLeaf(decoding: try await storedLeaf(fixture)).changes.map(\.path) == ["*"])
      #expect(try fixture.count("audit_image") == 1)
    }

    @Test func `a guard that does not hold undoes everything and is named`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      var unit = fixture.unit()
      unit.add(fixture.source("orders"))
      unit.require("UPDATE source SET revision = 3 WHERE slug = 'absent'", else: .revision)
      unit.audit(AuditRecord(.update))
      let code = await storageCode { _ = try await fixture.storage.commit(unit) }
      #expect(code == .guardFailed(.revision))
      #expect(try fixture.count("source") == 0)
      #expect(try fixture.count("audit_event") == 0)
    }

    @Test func `a guard fails for two rows as for none`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      var unit = fixture.unit()
      unit.add(fixture.source("a"))
      unit.add(fixture.source("b"))
      unit.require("UPDATE source SET revision = 3", else: "only_one")
      unit.audit(AuditRecord(.update))
      let code = await storageCode { _ = try await fixture.storage.commit(unit) }
      #expect(code == .guardFailed("only_one"))
    }

    @Test func `rows of a statement are found in the commit`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      var unit = fixture.unit()
      unit.add(fixture.source("orders"))
      let slot = unit.returning("SELECT slug, revision FROM source WHERE slug = \("orders")")
      unit.audit(AuditRecord(.create))
      let row = try #require(try await fixture.storage.commit(unit).rows(slot).first)
      #expect(try row.string(0) == "orders")
      #expect(try row.int64(1) == 1)
    }

    @Test func `a name that is taken says which constraint it would break`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      for expected in [nil, StorageError.Code.alreadyExists(constraint: "source_slug")] {
        var unit = fixture.unit()
        unit.add(fixture.source("orders"))
        unit.audit(AuditRecord(.create))
        #expect(await storageCode { _ = try await fixture.storage.commit(unit) } == expected)
      }
      #expect(try fixture.count("audit_event") == 1)
    }

    @Test func `validate_only checks everything and writes nothing`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      var unit = fixture.unit()
      unit.validateOnly = true
      unit.add(fixture.source("orders"))
      let slot = unit.returning("SELECT slug FROM source")
      unit.audit(AuditRecord(.create))
      let commit = try await fixture.storage.commit(unit)
      #expect(commit.eventID == nil)
      #expect(commit.rows(slot).count == 1)
      #expect(try fixture.count("source") == 0)
      #expect(try fixture.count("audit_event") == 0)
      unit.add(fixture.source("orders"))
      let code = await storageCode { _ = try await fixture.storage.commit(unit) }
      #expect(code == .alreadyExists(constraint: "source_slug"))
    }

    @Test func `a batch is covered by its open load, and only in its epoch`() async throws {
      let fixture = try await StorageFixture()
      defer { fixture.end() }
      let id = try openLoad(fixture, epoch: 2)
      var unit = fixture.unit()
      unit.add("UPDATE write_stream SET next_offset = 10 WHERE write_stream_id = \(id)")
      unit.cover(by: LoadCoverage(writeStreamID: id, epoch: 2))
      #expect(try await fixture.storage.commit(unit).eventID == nil)
      unit.cover(by: LoadCoverage(writeStreamID: id, epoch: 1))
      var code = await storageCode { _ = try await fixture.storage.commit(unit) }
      #expect(code == .guardFailed(.openLoad))
      try fixture.temporary.execute("UPDATE write_stream SET state = 2")
      unit.cover(by: LoadCoverage(writeStreamID: id, epoch: 2))
      code = await storageCode { _ = try await fixture.storage.commit(unit) }
      #expect(code == .guardFailed(.openLoad))
    }

    private func storedLeaf(_ fixture: StorageFixture) async throws -> [UInt8] {
      let body = try fixture.temporary.execute("SELECT encode(body, 'hex') FROM audit_event")
      return try Hexadecimal.decode(try #require(body.first ?? nil))
    }

    private func openLoad(_ fixture: StorageFixture, epoch: Int) throws -> Int64 {
      let id = try fixture.temporary.execute(
        """
        INSERT INTO asset (project_id, uid, kind, fqn, fqn_key, display_name, property_keys,
          property_values, revision, create_time, update_time, creator, updater)
        VALUES (1, gen_random_uuid(), 1, 'd', 'd', '', '{}', '{}', 1, now(), now(), 'a', 'a');
        INSERT INTO dataset (project_id, dataset_id, uid, key_columns)
        SELECT 1, asset_id, uid, '{}' FROM asset;
        INSERT INTO write_stream (project_id, uid, dataset_id, stream_id, source_uri, state, epoch,
          on_bad_row, arrow_schema, schema_version, segments_digest, open_event, revision,
          create_time, update_time, creator, updater)
        SELECT 1, gen_random_uuid(), dataset_id, 's', '', 1, \(epoch), 1, '', 1, '',
          gen_random_uuid(), 1, now(), now(), 'a', 'a' FROM dataset RETURNING write_stream_id
        """)
      return try #require(Int64((id.first ?? nil) ?? ""))
    }
  }
}
