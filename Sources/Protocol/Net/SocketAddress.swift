#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Where a socket listens or connects to: IPv4, IPv6 or a Unix domain socket's path.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
  private enum Family: Hashable, Sendable {
    case inet(address: UInt32, port: UInt16)
    case inet6(address: [UInt8], port: UInt16, scope: UInt32)
    case unix(path: String)
  }

  private let family: Family

  /// Longest path of a Unix domain socket, in bytes (sun_path less its NUL; Darwin has the least).
  package static let maxPathBytes = 103

  private init(_ family: Family) { self.family = family }

  /// An IPv4 address of four bytes in network order.
  package init(ipv4 bytes: (UInt8, UInt8, UInt8, UInt8), port: UInt16) {
    let (a, b, c, d) = bytes
    let address = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
    family = .inet(address: address, port: port)
  }

  /// This machine's loopback address, 127.0.0.1.
  package static func loopback(port: UInt16) -> SocketAddress {
    SocketAddress(ipv4: (127, 0, 0, 1), port: port)
  }

  /// Parses `127.0.0.1:443`, `[::1]:443`, `*:443` (every IPv6 and IPv4 address) or `unix:/path`.
  ///
  /// Names are not resolved: see `resolve(host:port:)`.
  package init(parsing text: String) throws(NetError) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      guard !path.isEmpty, path.utf8.count <= Self.maxPathBytes, !path.utf8.contains(0) else {
        throw NetError(
          .address, "\"\(text)\" is not a socket path of 1 to \(Self.maxPathBytes) bytes")
      }
      self.init(.unix(path: path))
      return
    }
    let (host, port) = try Self.split(text)
    if host == "*" {
      self.init(.inet6(address: Array(repeating: 0, count: 16), port: port, scope: 0))
      return
    }
    guard let parsed = Self(numeric: host, port: port) else {
      throw NetError(
        .address,
        "\"\(host)\" is not an IP address; write one as 127.0.0.1:443 or [::1]:443")
    }
    self = parsed
  }

  /// A numeric IPv4 or IPv6 address; nil if `host` is something else.
  package init?(numeric host: String, port: UInt16) {
    var four = in_addr()
    var six = in6_addr()
    if unsafe inet_pton(AF_INET, host, &four) == 1 {
      self.init(.inet(address: UInt32(bigEndian: four.s_addr), port: port))
    } else if unsafe inet_pton(AF_INET6, host, &six) == 1 {
      let bytes = unsafe withUnsafeBytes(of: &six) { unsafe Array($0) }
      self.init(.inet6(address: bytes, port: port, scope: 0))
    } else {
      return nil
    }
  }

  /// Splits `host:port`, with brackets around an IPv6 host.
  package static func split(_ text: String) throws(NetError) -> (host: String, port: UInt16) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else {
      throw NetError(.address, "\"\(text)\" has no port; write HOST:PORT")
    }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw NetError(.address, "\"\(text)\" is ambiguous; write [ADDRESS]:PORT for IPv6")
    }
    guard !host.isEmpty else {
      throw NetError(.address, "\"\(text)\" has no host; write HOST:PORT, or *:PORT for all")
    }
    return (String(host), port)
  }

  /// The addresses of `host`, in the resolver's order of preference. Blocks: never on a loop.
  package static func resolve(host: String, port: UInt16) throws(NetError) -> [SocketAddress] {
    if let numeric = Self(numeric: host, port: port) { return [numeric] }
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_UNSPEC
    unsafe hints.ai_socktype = streamSocket
    var list: UnsafeMutablePointer<addrinfo>?
    let result = unsafe getaddrinfo(host, nil, &hints, &list)
    guard result == 0 else {
      let reason = unsafe gai_strerror(result).map { unsafe String(cString: $0) }
      throw NetError(.address, "\(host) cannot be resolved: \(reason ?? "error \(result)")")
    }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var entry = unsafe list
    while let info = unsafe entry {
      if let raw = unsafe info.pointee.ai_addr, var address = unsafe Self(raw) {
        address = address.with(port: port)
        if !addresses.contains(address) { addresses.append(address) }
      }
      unsafe entry = info.pointee.ai_next
    }
    return addresses
  }

  /// The port; 0 for a Unix domain socket.
  package var port: UInt16 {
    switch family {
    case .inet(_, let port), .inet6(_, let port, _): port
    case .unix: 0
    }
  }

  /// The path of a Unix domain socket.
  package var path: String? {
    if case .unix(let path) = family { path } else { nil }
  }

  /// Whether only this machine can reach it.
  package var isLoopback: Bool {
    switch family {
    case .inet(let address, _): address >> 24 == 127
    case .inet6(let address, _, _): address == Array(repeating: 0, count: 15) + [1]
    case .unix: true
    }
  }

  /// The same address with another port.
  package func with(port: UInt16) -> SocketAddress {
    switch family {
    case .inet(let address, _): SocketAddress(.inet(address: address, port: port))
    case .inet6(let address, _, let scope):
      SocketAddress(.inet6(address: address, port: port, scope: scope))
    case .unix: self
    }
  }

  package var description: String {
    switch family {
    case .inet(let address, let port):
      let bytes = [24, 16, 8, 0].map { String(address >> $0 & 255) }
      return bytes.joined(separator: ".") + ":\(port)"
    case .inet6(let address, let port, _):
      return "[\(Self.text(inet6: address))]:\(port)"
    case .unix(let path):
      return "unix:\(path)"
    }
  }

  /// The host without its port, as in certificates and logs.
  package var host: String {
    switch family {
    case .inet: String(description.prefix { $0 != ":" })
    case .inet6(let address, _, _): Self.text(inet6: address)
    case .unix(let path): path
    }
  }

  private static func text(inet6 address: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let size = socklen_t(text.count)
    _ = unsafe inet_ntop(AF_INET6, address, &text, size)
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
  }
}

/// `SOCK_STREAM`, which Glibc declares as an enumeration and Darwin as a number.
let streamSocket: Int32 = {
  #if canImport(Glibc)
    Int32(SOCK_STREAM.rawValue)
  #else
    SOCK_STREAM
  #endif
}()

extension SocketAddress {
  /// Reads an address of the kernel; nil for a family that is none of ours.
  init?(_ raw: UnsafePointer<sockaddr>) {
    let pointer = unsafe UnsafeRawPointer(raw)
    switch unsafe Int32(raw.pointee.sa_family) {
    case AF_INET:
      let inet = unsafe pointer.loadUnaligned(as: sockaddr_in.self)
      self.init(
        .inet(
          address: UInt32(bigEndian: inet.sin_addr.s_addr), port: UInt16(bigEndian: inet.sin_port)))
    case AF_INET6:
      var inet6 = unsafe pointer.loadUnaligned(as: sockaddr_in6.self)
      let bytes = unsafe withUnsafeBytes(of: &inet6.sin6_addr) { unsafe Array($0) }
      self.init(
        .inet6(
          address: bytes, port: UInt16(bigEndian: inet6.sin6_port), scope: inet6.sin6_scope_id))
    case AF_UNIX:
      var unix = unsafe pointer.loadUnaligned(as: sockaddr_un.self)
      let path = unsafe withUnsafeBytes(of: &unix.sun_path) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      self.init(.unix(path: path))
    default:
      return nil
    }
  }

  /// Lends the address in the kernel's form.
  func withRaw<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    var storage = sockaddr_storage()
    let length = unsafe withUnsafeMutableBytes(of: &storage) { unsafe write(to: $0) }
    return unsafe withUnsafePointer(to: &storage) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
    }
  }

  /// Which family `socket(2)` must be given.
  var rawFamily: Int32 {
    switch family {
    case .inet: AF_INET
    case .inet6: AF_INET6
    case .unix: AF_UNIX
    }
  }

  /// Writes the kernel's form into zeroed storage and returns its length.
  private func write(to storage: UnsafeMutableRawBufferPointer) -> socklen_t {
    switch family {
    case .inet(let address, let port):
      var inet = sockaddr_in()
      inet.sin_family = sa_family_t(AF_INET)
      inet.sin_port = port.bigEndian
      inet.sin_addr.s_addr = address.bigEndian
      unsafe storage.storeBytes(of: inet, as: sockaddr_in.self)
      return socklen_t(MemoryLayout<sockaddr_in>.size)
    case .inet6(let address, let port, let scope):
      var inet6 = sockaddr_in6()
      inet6.sin6_family = sa_family_t(AF_INET6)
      inet6.sin6_port = port.bigEndian
      inet6.sin6_scope_id = scope
      unsafe withUnsafeMutableBytes(of: &inet6.sin6_addr) { unsafe $0.copyBytes(from: address) }
      unsafe storage.storeBytes(of: inet6, as: sockaddr_in6.self)
      return socklen_t(MemoryLayout<sockaddr_in6>.size)
    case .unix(let path):
      var unix = sockaddr_un()
      unix.sun_family = sa_family_t(AF_UNIX)
      unsafe withUnsafeMutableBytes(of: &unix.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
      unsafe storage.storeBytes(of: unix, as: sockaddr_un.self)
      return socklen_t(MemoryLayout<sockaddr_un>.size)
    }
  }
}
