/// The name of a condition that a change was decided on and that its flush checks again.
///
/// Services compare it when a commit fails with `guardFailed`.
package struct StorageGuard: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }

  package init(stringLiteral value: StaticString) { rawValue = value.description }

  /// The row still has the revision that the change was decided on.
  package static let revision: StorageGuard = "revision"
  /// The load that covers a batch is open and belongs to the writer's epoch.
  package static let openLoad: StorageGuard = "open_load"
}
