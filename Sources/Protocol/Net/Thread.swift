#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// An operating system thread that runs one closure.
package struct Thread: Sendable {
  private final class Box: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      (self.name, self.body) = (name, body)
    }
  }

  #if canImport(Darwin)
    // A pointer that names a thread; nothing is read through it here.
    private nonisolated(unsafe) let handle: pthread_t
  #else
    private let handle: pthread_t
  #endif

  /// Starts a thread called `name` (the system shows its first 15 bytes) that runs `body`.
  package init(_ name: String, _ body: @escaping @Sendable () -> Void) throws(NetError) {
    let box = unsafe Unmanaged.passRetained(Box(name, body))
    #if canImport(Darwin)
      var handle: pthread_t?
      let result = unsafe pthread_create(&handle, nil, { Thread.start($0) }, box.toOpaque())
    #else
      var handle = pthread_t()
      let result = unsafe pthread_create(&handle, nil, { unsafe Thread.start($0) }, box.toOpaque())
    #endif
    guard result == 0 else {
      unsafe box.release()
      throw NetError(.system, "no thread for \(name): error \(result)", errno: result)
    }
    #if canImport(Darwin)
      guard let handle else { throw NetError(.system, "no thread for \(name)") }
    #endif
    self.handle = handle
  }

  /// Waits until the thread's closure has returned. Once per thread.
  package func join() { _ = pthread_join(handle, nil) }

  /// Lets the thread end by itself. Instead of `join`, not beside it.
  package func detach() { _ = pthread_detach(handle) }

  private static func start(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let box = unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
    nameCurrentThread(box.name)
    box.body()
    return nil
  }
}
