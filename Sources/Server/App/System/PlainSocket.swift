internal import Glibc

/// One accepted connection in blocking mode, with time limits.
struct PlainSocket {
  /// Bytes of a request that are looked at.
  static let maxRequestBytes = 8192
  /// Seconds that a peer may take for a read or a write.
  static let limitSeconds = 2

  private let descriptor: Int32

  /// Waits for a connection; nil when the listener is gone.
  init?(accepting listener: Int32) {
    while true {
      var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&waiting, 1, -1) >= 0 || errno == EINTR else { return nil }
      let accepted = accept(listener, nil, nil)
      if accepted >= 0 {
        descriptor = accepted
        break
      }
      guard [EAGAIN, EINTR, ECONNABORTED, EMFILE, ENFILE].contains(errno) else { return nil }
      // Out of descriptors: those who wait have to wait on.
      if errno == EMFILE || errno == ENFILE { usleep(100_000) }
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var limit = timeval(tv_sec: Self.limitSeconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
  }

  /// Reads a request's head and answers its first line; nil when none came in time.
  func requestLine() -> String? {
    var head: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1024)
    while head.count < Self.maxRequestBytes {
      let count = unsafe recv(descriptor, &block, block.count, 0)
      guard count > 0 else { return nil }
      head += block.prefix(count)
      let text = String(decoding: head, as: UTF8.self)
      guard text.contains("\r\n\r\n") || text.contains("\n\n") else { continue }
      return text.split(whereSeparator: \.isNewline).first.map(String.init)
    }
    return nil
  }

  func send(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe Glibc.send(descriptor, Array(rest), rest.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  func close() { Glibc.close(descriptor) }
}
