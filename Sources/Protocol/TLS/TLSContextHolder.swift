internal import Synchronization

/// The context new connections are made with; replaced as a whole while a server runs.
///
/// Connections keep the context they began with. Loading a new one happens before `replace`, so a
/// broken file leaves the old one in force.
package final class TLSContextHolder: Sendable {
  private let context: Mutex<TLSContext>

  package init(_ context: TLSContext) { self.context = Mutex(context) }

  package var current: TLSContext { context.withLock { $0 } }

  package func replace(_ new: TLSContext) { context.withLock { $0 = new } }
}
