#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The system calls on stream sockets. Every socket made here is non-blocking and close-on-exec.
///
/// A namespace over plain descriptors: who owns one is the channel it is registered with.
package enum Socket {
  /// What a read or a write did.
  package enum Transfer {
    /// So many bytes were moved; never 0.
    case bytes(Int)
    /// Nothing now: wait for readiness.
    case wouldBlock
    /// The peer ended the connection, or it broke.
    case ended
  }

  /// Connections the kernel keeps waiting for `accept`.
  package static let backlog: Int32 = 4096

  /// A socket that listens at `address`; port 0 takes any free one, see `localAddress`.
  ///
  /// An existing file at a Unix path is replaced when nobody listens there.
  package static func listen(_ address: SocketAddress) throws(NetError) -> Int32 {
    let descriptor = try make(address)
    setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
    var result = unsafe address.withRaw { unsafe bind(descriptor, $0, $1) }
    if result != 0, lastErrno() == EADDRINUSE, let path = address.path, isStale(address) {
      unsafe unlink(path)
      result = unsafe address.withRaw { unsafe bind(descriptor, $0, $1) }
    }
    #if canImport(Glibc)
      let isListening = result == 0 && Glibc.listen(descriptor, backlog) == 0
    #else
      let isListening = result == 0 && Darwin.listen(descriptor, backlog) == 0
    #endif
    guard isListening else {
      let error = NetError.system("listening", "\(address)")
      _ = platformClose(descriptor)
      throw error
    }
    return descriptor
  }

  /// Makes a socket that somebody else has bound ours: non-blocking, not inherited.
  ///
  /// - Throws: `system` when it is no stream socket that listens.
  package static func adopt(_ descriptor: Int32) throws(NetError) {
    var isListening: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) == 0,
      isListening != 0
    else { throw NetError(.system, "descriptor \(descriptor) is no socket that listens") }
    prepare(descriptor)
  }

  /// What a listener had to offer.
  package enum Accepted {
    case connection(Int32)
    /// Nobody waits (any more).
    case none
    /// The process or the system has no descriptor left: those who wait have to wait on.
    case exhausted
  }

  /// Takes one waiting connection.
  package static func accept(_ listener: Int32) -> Accepted {
    #if canImport(Glibc)
      let descriptor = Glibc.accept(listener, nil, nil)
    #else
      let descriptor = unsafe Darwin.accept(listener, nil, nil)
    #endif
    if descriptor >= 0 {
      prepare(descriptor)
      return .connection(descriptor)
    }
    switch lastErrno() {
    case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
    default: return .none
    }
  }

  /// Starts to connect; the outcome shows when the socket becomes ready for output: `pendingError`.
  package static func connect(_ address: SocketAddress) throws(NetError) -> Int32 {
    let descriptor = try make(address)
    let result = unsafe address.withRaw {
      #if canImport(Glibc)
        unsafe Glibc.connect(descriptor, $0, $1)
      #else
        unsafe Darwin.connect(descriptor, $0, $1)
      #endif
    }
    guard result == 0 || lastErrno() == EINPROGRESS else {
      let error = NetError.system("connecting", "\(address)")
      _ = platformClose(descriptor)
      throw error
    }
    return descriptor
  }

  /// The error a socket met since it was asked last, for example of its connect; nil if none.
  package static func pendingError(_ descriptor: Int32, _ subject: String) -> NetError? {
    var number: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length) == 0 else {
      return .system("getsockopt", subject)
    }
    if number == 0 { return nil }
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return NetError(.system, "connecting failed for \(subject): \(reason)", errno: number)
  }

  /// Where the socket is bound.
  package static func localAddress(_ descriptor: Int32) -> SocketAddress? {
    unsafe address { unsafe getsockname(descriptor, $0, $1) }
  }

  /// Whom the socket is connected to.
  package static func peerAddress(_ descriptor: Int32) -> SocketAddress? {
    unsafe address { unsafe getpeername(descriptor, $0, $1) }
  }

  /// Reads what is there into `block`, which must not be empty.
  @inline(__always) package static func receive(
    _ descriptor: Int32, into block: UnsafeMutableRawBufferPointer
  ) -> Transfer {
    while true {
      let count = unsafe recv(descriptor, block.baseAddress, block.count, 0)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .ended }
      switch lastErrno() {
      case EAGAIN: return .wouldBlock
      case EINTR: continue
      default: return .ended
      }
    }
  }

  /// Writes as much of `bytes`, which must not be empty, as the kernel takes.
  @inline(__always) package static func send(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer
  ) -> Transfer {
    while true {
      #if canImport(Glibc)
        let count = unsafe Glibc.send(
          descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      #else
        let count = unsafe Darwin.send(descriptor, bytes.baseAddress, bytes.count, 0)
      #endif
      if count > 0 { return .bytes(count) }
      switch lastErrno() {
      case EAGAIN: return .wouldBlock
      case EINTR: continue
      default: return .ended
      }
    }
  }

  /// Closes a socket that no channel owns.
  package static func close(_ descriptor: Int32) { _ = platformClose(descriptor) }

  /// Tells the peer that nothing more will be written.
  package static func shutdownOutput(_ descriptor: Int32) {
    _ = shutdown(descriptor, Int32(SHUT_WR))
  }

  // MARK: Details

  private static func make(_ address: SocketAddress) throws(NetError) -> Int32 {
    let descriptor = socket(address.rawFamily, streamSocket, 0)
    guard descriptor >= 0 else { throw .system("socket", "\(address)") }
    prepare(descriptor)
    return descriptor
  }

  /// Non-blocking, not inherited, without Nagle's delay; no SIGPIPE where that is per socket.
  private static func prepare(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    #if canImport(Darwin)
      setOption(descriptor, SOL_SOCKET, SO_NOSIGPIPE, 1)
    #endif
  }

  private static func setOption(
    _ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32
  ) {
    var value = value
    _ = unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Whether nobody answers at a Unix path that is taken.
  private static func isStale(_ address: SocketAddress) -> Bool {
    guard let descriptor = try? make(address) else { return false }
    defer { _ = platformClose(descriptor) }
    let result = unsafe address.withRaw {
      #if canImport(Glibc)
        unsafe Glibc.connect(descriptor, $0, $1)
      #else
        unsafe Darwin.connect(descriptor, $0, $1)
      #endif
    }
    return result != 0 && lastErrno() == ECONNREFUSED
  }

  private static func address(
    _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> SocketAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutablePointer(to: &storage) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        guard unsafe call($0, &length) == 0 else { return nil }
        return unsafe SocketAddress($0)
      }
    }
  }
}
