internal import CPurSightLinux
internal import Glibc

/// Threads for calls that block.
enum BlockingThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// The stack of such a thread, in bytes.
  private static let stackBytes = 256 << 10

  /// Starts a thread that nobody waits for.
  static func start(
    named name: String, _ body: @escaping @Sendable () -> Void
  ) throws(PrivateClusterError) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    unsafe pthread_attr_setstacksize(&attributes, stackBytes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(Body(body))
    let failed = unsafe pthread_create(
      &thread, &attributes,
      { context in
        guard let context = unsafe context else { return nil }
        let body = unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
        body.run()
        return nil
      }, context.toOpaque())
    if failed != 0 {
      unsafe context.release()
      throw PrivateClusterError(.system, "Cannot start the thread \(name): error \(failed).")
    }
    _ = unsafe pthread_setname_np(thread, name)
  }
}
