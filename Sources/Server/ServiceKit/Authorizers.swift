package import PurSightGovernance
package import PurSightStorage
internal import Synchronization

/// The authorizer of each project, read again when its bindings have changed.
///
/// A change made on this server is seen by the next call, one made on another server within
/// `maxAge`.
package final class Authorizers: Sendable {
  /// How long a project's authorizer is used before its generation is asked for: half a second.
  static let maxAge: Duration = .milliseconds(500)
  /// Projects in memory; beyond it the cache starts anew.
  static let maxCachedProjects = 10_000

  private struct Entry: Sendable {
    let authorizer: Authorizer
    let generation: Int64
    var checkedAt: ContinuousClock.Instant
  }
  private struct State {
    var entries: [Int32: Entry] = [:]
    /// Counts the changes made on this server; what was read before one is not kept.
    var changes = 0
  }
  private enum Step { case use(Authorizer), check(Entry), load }

  private let store: AccessStore
  private let permissions: [String]
  private let state = Mutex(State())

  /// - Parameter permissions: All that the server's methods ask for.
  package init(_ storage: Storage, permissions: [String]) {
    store = AccessStore(storage)
    self.permissions = permissions
  }

  /// The authorizer of a project as it is now.
  package func authorizer(
    _ scope: Scope, at now: ContinuousClock.Instant = .now
  ) async throws(StorageError) -> Authorizer {
    let changes = state.withLock { $0.changes }
    switch next(scope, now) {
    case .use(let authorizer): return authorizer
    case .load: return try await load(scope, now, changes)
    case .check(let entry):
      let generation: Int64
      do throws(StorageError) { generation = try await store.generation(scope) } catch {
        forget(scope)
        throw error
      }
      if generation == entry.generation { return entry.authorizer }
      return try await load(scope, now, changes)
    }
  }

  /// Makes the next call of this project read its bindings again: after a change by this server.
  package func changed(_ scope: Scope) {
    state.withLock { state in
      state.changes += 1
      state.entries[scope.project] = nil
    }
  }

  /// One caller checks the generation; the others go on with what was valid a moment ago.
  private func next(_ scope: Scope, _ now: ContinuousClock.Instant) -> Step {
    state.withLock { state in
      guard let entry = state.entries[scope.project] else { return .load }
      if entry.checkedAt.duration(to: now) < Self.maxAge { return .use(entry.authorizer) }
      state.entries[scope.project]?.checkedAt = now
      return .check(entry)
    }
  }

  private func load(
    _ scope: Scope, _ now: ContinuousClock.Instant, _ changes: Int
  ) async throws(StorageError) -> Authorizer {
    let bindings = try await store.bindings(scope)
    let authorizer = Authorizer(bindings: bindings.all, permissions: permissions)
    state.withLock { state in
      guard state.changes == changes else { return }
      if state.entries.count >= Self.maxCachedProjects { state.entries.removeAll() }
      state.entries[scope.project] = Entry(
        authorizer: authorizer, generation: bindings.generation, checkedAt: now)
    }
    return authorizer
  }

  private func forget(_ scope: Scope) {
    state.withLock { $0.entries[scope.project] = nil }
  }
}
