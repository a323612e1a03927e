internal import Glibc

/// What systemd is told about this process, and the sockets that it hands over.
///
/// Without systemd nothing is said. Source: sd_notify(3), sd_listen_fds(3); both are a few lines,
/// and libsystemd is not needed for them.
@safe enum ServiceManager {
  enum State {
    case ready
    case reloading
    case stopping

    fileprivate var text: String {
      switch self {
      case .ready: "READY=1"
      case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(ServiceManager.monotonicMicroseconds)"
      case .stopping: "STOPPING=1"
      }
    }
  }

  /// A socket that listens already, with the name that its unit gives it.
  struct PassedSocket: Hashable, Sendable {
    let name: String
    let descriptor: Int32
  }

  /// The first descriptor that systemd passes (SD_LISTEN_FDS_START), and the most we take.
  private static let (firstDescriptor, maxDescriptors): (Int32, Int32) = (3, 16)

  /// Tells the service manager, if there is one.
  ///
  /// - Parameter path: `NOTIFY_SOCKET`: a path, or a name in the abstract space that begins with @.
  static func tell(_ state: State, path: String? = Environment.value("NOTIFY_SOCKET")) {
    guard let path, path.hasPrefix("/") || path.hasPrefix("@") else { return }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in
      unsafe target.copyBytes(from: bytes)
      // An abstract name begins with a zero byte and ends with its length.
      if bytes.first == UInt8(ascii: "@") { unsafe target[0] = 0 }
    }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    let text = Array(state.text.utf8)
    _ = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), $0, length)
      }
    }
  }

  /// The sockets that were passed to this process; taken once, so that no child sees them.
  static func takeSockets() -> [PassedSocket] {
    defer { for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsafe unsetenv(name) } }
    guard Environment.value("LISTEN_PID") == "\(getpid())",
      let count = Environment.value("LISTEN_FDS").flatMap(Int32.init),
      (1...maxDescriptors).contains(count)
    else { return [] }
    let names = (Environment.value("LISTEN_FDNAMES") ?? "").split(
      separator: ":", omittingEmptySubsequences: false)
    return (0..<count).map { index in
      let name = names.indices.contains(Int(index)) ? String(names[Int(index)]) : ""
      return PassedSocket(name: name, descriptor: firstDescriptor + index)
    }
  }

  private static var monotonicMicroseconds: Int64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
  }
}
