@testable import PurSightStorage
import Glibc
import PurSightCrypto
import PurSightNet
import PurSightPostgres
import PurSightPrivateCluster
import PurSightTestSupport
import Testing

extension StorageRoom {
  @Suite struct MigrationTests {
    private func connect(
      _ database: TemporaryPostgres.Database, as role: PrivateCluster.Role = .owner
    ) async throws -> PostgresConnection {
      try await PostgresConnection.connect(
        PostgresConfiguration(connection: database.connectionString(as: role)),
        on: try StorageFixture.group.get().loops[0])
    }

    @Test func `the list of migrations is the folder of migrations`() throws {
      let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
      let path = "/" + folder + "/Sources/Server/Storage/Migrations"
      var results = unsafe glob_t()
      defer { unsafe globfree(&results) }
      #expect(unsafe glob(path + "/*", 0, nil, &results) == 0)
      let names = unsafe (0..<Int(results.gl_pathc)).compactMap { index -> String? in
        guard let name = unsafe results.gl_pathv[index] else { return nil }
        return unsafe String(cString: name).split(separator: "/").last.map(String.init)
      }
      let listed = Migration.all.map { migration in
        let digits = String(migration.number + 10_000).dropFirst()
        return "m\(digits)_\(migration.name).sql"
      }
      #expect(names == listed)
      #expect(Migration.all.map(\.number) == Array(1...Int32(Migration.all.count)))
    }

    @Test func `an empty database gets all of them, and a second time nothing`() async throws {
      let database = try TemporaryPostgres.database()
      let connection = try await connect(database)
      let migrator = Migrator(connection)
      #expect(try await migrator.status().pending.count == Migration.all.count)
      #expect(try await migrator.apply().map(\.number) == Migration.all.map(\.number))
      #expect(try await migrator.apply().isEmpty)
      #expect(try await migrator.status().isCurrent)
      let tables = try database.execute("SELECT to_regclass('public.audit_event')::text")
      #expect(tables == ["audit_event"])
    }

    @Test func `runners at once apply each of them once`() async throws {
      let database = try TemporaryPostgres.database()
      let counts = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<4 {
          group.addTask {
            let connection = try await connect(database)
            let applied = try await Migrator(connection).apply().count
            return applied
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(counts.sorted() == [0, 0, 0, Migration.all.count])
    }

    @Test func `a migration that was changed after it was applied is refused`() async throws {
      let database = try TemporaryPostgres.database()
      let connection = try await connect(database)
      _ = try await Migrator(connection).apply()
      let changed = [Migration(1, "foundation", Array("SELECT 1".utf8))]
      let code = await storageCode { _ = try await Migrator(connection, known: changed).apply() }
      #expect(code == .corrupt)
    }

    @Test func `a database of a newer build is refused`() async throws {
      let database = try TemporaryPostgres.database()
      let connection = try await connect(database)
      let newer = [
        Migration(1, "one", Array("CREATE TABLE one ()".utf8)),
        Migration(2, "two", Array("CREATE TABLE two ()".utf8)),
      ]
      _ = try await Migrator(connection, known: newer).apply()
      let older = Migrator(connection, known: [newer[0]])
      #expect(await storageCode { _ = try await older.status() } == .corrupt)
    }

    @Test func `a migration that fails changes nothing and those before it stay`() async throws {
      let database = try TemporaryPostgres.database()
      let connection = try await connect(database)
      let known = [
        Migration(1, "one", Array("CREATE TABLE one ()".utf8)),
        Migration(2, "two", Array("CREATE TABLE two (); SELECT 1/0;".utf8)),
      ]
      let migrator = Migrator(connection, known: known)
      #expect(await storageCode { _ = try await migrator.apply() } == .internal)
      let tables = try database.execute(
        "SELECT concat(to_regclass('public.one'), ' ', to_regclass('public.two'))")
      #expect(tables == ["one "])
      #expect(try await migrator.status().pending.map(\.number) == [2])
    }

    @Test func `a gap in what was applied is refused`() throws {
      let applied = AppliedMigration(
        number: 2, name: "two", digest: SHA256.hash([UInt8]()), time: 0)
      #expect(throws: StorageError.self) {
        try MigrationStatus(known: Migration.all, applied: [applied])
      }
    }

    @Test func `a server sees its database's shape and its own rights`() async throws {
      let database = try TemporaryPostgres.database()
      func storage(as role: PrivateCluster.Role) throws -> Storage {
        Storage(
          database: PostgresDatabase(
            PostgresConfiguration(connection: database.connectionString(as: role)),
            loops: try StorageFixture.group.get().loops),
          keys: try StorageKeys(keyEncryptionKey: [UInt8](repeating: 1, count: 32)), clock: { 0 })
      }
      let before = try await storage(as: .app).check()
      #expect(before.migrations.pending.count == Migration.all.count)
      let connection = try await connect(database)
      _ = try await Migrator(connection).apply()
      let after = try await storage(as: .app).check()
      #expect(after.migrations.isCurrent)
      #expect(after.role == "pursight_app")
      #expect(!after.isPrivileged)
      #expect(try await storage(as: .owner).check().isPrivileged)
      #expect(try await storage(as: .superuser).check().isPrivileged)
    }
  }
}
