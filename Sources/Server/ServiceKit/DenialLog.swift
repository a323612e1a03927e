package import PurSightGovernance
internal import PurSightRPC
package import PurSightStorage
internal import Synchronization

/// Writes the audit events of refused calls, so that a denied attempt does not vanish with its
/// answer.
///
/// A caller in a loop cannot fill the log: beyond `maxEventsPerMinute` of one principal and method
/// the refusals of that minute are counted, and the first event after it says how many they were.
package final class DenialLog: Sendable {
  /// Events of one principal and method in a minute.
  package static let maxEventsPerMinute = 20
  /// Principals and methods that are counted at once; beyond it counting starts anew.
  static let maxCounters = 10_000
  static let minute: Int64 = 60_000_000

  private struct Caller: Hashable { let project: Int32, principal: String, method: String }
  private struct Counter { var since: Int64, events = 0, uncounted = 0 }

  private let storage: Storage
  private let counters = Mutex<[Caller: Counter]>([:])

  package init(_ storage: Storage) { self.storage = storage }

  /// Writes a refusal, or counts it.
  ///
  /// - Parameters:
  ///   - permission: What the caller lacks.
  ///   - resource: What it was refused on, as far as the request says.
  package func record(
    _ actor: Actor, _ scope: Scope, permission: String, resource: String?
  ) async throws(StorageError) {
    let time = storage.now
    guard let uncounted = admit(actor, scope, time) else { return }
    var unit = UnitOfWork(scope, actor, at: time)
    let note =
      uncounted == 0 ? "" : "\(uncounted) more were refused in the minute before without an event."
    unit.audit(
      AuditRecord(
        .deny,
        resources: resource.map {
          [AuditedResource($0, revisionBefore: 0, revisionAfter: 0)]
        } ?? [], outcome: RPCCode.permissionDenied.rawValue, note: note,
        deniedPermission: permission))
    _ = try await storage.commit(unit)
  }

  /// How many refusals the event has to stand for beside its own; nil: count it, write none.
  func admit(_ actor: Actor, _ scope: Scope, _ time: Int64) -> Int? {
    let caller = Caller(
      project: scope.project, principal: actor.principal, method: actor.method)
    return counters.withLock { counters in
      if counters.count >= Self.maxCounters, counters[caller] == nil { counters.removeAll() }
      var counter = counters[caller] ?? Counter(since: time)
      var uncounted = 0
      if time - counter.since >= Self.minute {
        uncounted = counter.uncounted
        counter = Counter(since: time)
      }
      defer { counters[caller] = counter }
      guard counter.events < Self.maxEventsPerMinute else {
        counter.uncounted += 1
        return nil
      }
      counter.events += 1
      return uncounted
    }
  }
}
