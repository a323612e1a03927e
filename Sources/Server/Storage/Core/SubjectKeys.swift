internal import PurSightCrypto
internal import PurSightGovernance
internal import PurSightPostgres
internal import Synchronization

/// The data keys under which people's personal fields are encrypted, one per project and principal.
///
/// A key is made when its subject is first seen, and stored wrapped by the key encryption key.
/// Deleting the wrapped key erases what it encrypts, here after `maxAge` at the latest.
final class SubjectKeys: Sendable {
  /// Keys kept in memory; beyond it the cache starts anew.
  static let maxCachedKeys = 10_000
  /// How long a key is used before the database is asked again, in microseconds: one minute.
  static let maxAge: Int64 = 60_000_000

  /// A subject's key and its name in the leaf.
  struct SubjectKey: Sendable {
    let id: UUID
    let key: SymmetricKey
  }

  private struct Subject: Hashable { let project: Int32, principal: String }
  /// `key` is nil for a subject that has been erased.
  private struct Cached: Sendable { let key: SubjectKey?, readAt: Int64 }

  private let database: PostgresDatabase
  private let keyEncryptionKey: SymmetricKey
  private let cache = Mutex<[Subject: Cached]>([:])

  init(_ database: PostgresDatabase, keyEncryptionKey: SymmetricKey) {
    self.database = database
    self.keyEncryptionKey = keyEncryptionKey
  }

  /// The key of a subject, made when there is none; nil when the subject has been erased.
  func key(
    of principal: String, in scope: Scope, at time: Int64
  ) async throws(StorageError) -> SubjectKey? {
    let subject = Subject(project: scope.project, principal: principal)
    let cached = cache.withLock { $0[subject] }
    if let cached, time - cached.readAt < Self.maxAge { return cached.key }
    let key = try await stored(principal, in: scope, at: time)
    cache.withLock { cache in
      if cache.count >= Self.maxCachedKeys { cache.removeAll() }
      cache[subject] = Cached(key: key, readAt: time)
    }
    return key
  }

  private func stored(
    _ principal: String, in scope: Scope, at time: Int64
  ) async throws(StorageError) -> SubjectKey? {
    let statements = try statements(principal, scope, time)
    let stored: (id: PostgresUUID, wrapped: [UInt8]?)
    do throws(PostgresError) {
      let rows = try await database.execute(.project(scope.project), statements)
      guard let row = rows.last?.first else {
        throw PostgresError(.decoding, "the key of \(principal) was stored and is not there")
      }
      stored = (try row.uuid(0), try row.optionalBytes(1))
    } catch { throw StorageError(error) }
    guard let wrapped = stored.wrapped else { return nil }
    return SubjectKey(
      id: UUID(high: stored.id.high, low: stored.id.low), key: try unwrap(wrapped))
  }

  /// The second statement also sees a key that another server has stored meanwhile.
  private func statements(
    _ principal: String, _ scope: Scope, _ time: Int64
  ) throws(StorageError) -> [SQL] {
    let wrapped = try newWrappedKey()
    return [
      """
      INSERT INTO subject_key (project_id, key_id, subject, wrapped_key, create_time) \
      VALUES (\(scope.project), \(PostgresUUID(UUID.version7())), \(principal), \(wrapped), \
      \(time: time)) ON CONFLICT (project_id, subject) DO NOTHING
      """,
      """
      SELECT key_id, wrapped_key FROM subject_key \
      WHERE project_id = \(scope.project) AND subject = \(principal)
      """,
    ]
  }

  private func newWrappedKey() throws(StorageError) -> [UInt8] {
    do {
      return try AESKeyWrap.wrap(try SymmetricKey.generate(), with: keyEncryptionKey)
    } catch {
      throw StorageError(.internal, "No data key could be made: \(error.message)")
    }
  }

  private func unwrap(_ wrapped: [UInt8]) throws(StorageError) -> SymmetricKey {
    do { return try AESKeyWrap.unwrap(wrapped, with: keyEncryptionKey) } catch {
      throw StorageError(
        .corrupt,
        "A stored data key does not open with this server's key encryption key. "
          + "Start it with the key that the database was made with.")
    }
  }
}
