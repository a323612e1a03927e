internal import PurSightNet

/// The sockets that a server listens on, bound before anything else is started: a port that is
/// taken is known at once.
struct Listeners: Sendable {
  /// A socket and the address that it was bound to.
  struct Listener: Hashable, Sendable {
    let descriptor: Int32
    let address: String
  }

  let main: Listener
  let plaintext: Listener?
  let admin: Listener?

  /// Takes the sockets that systemd has passed, and binds the rest.
  ///
  /// - Parameter passed: By the names `main`, `plaintext` and `admin` (FileDescriptorName=); a
  ///   single socket is the main one, whatever its name.
  init(
    _ configuration: Configuration, passed: [ServiceManager.PassedSocket] = []
  ) throws(AppError) {
    let known = ["main", "plaintext", "admin"]
    func listener(
      _ name: String, _ address: String, _ setting: String
    ) throws(AppError) -> Listener? {
      let isOnly = passed.count == 1 && name == "main" && !known.contains(passed[0].name)
      if let socket = isOnly ? passed[0] : passed.first(where: { $0.name == name }) {
        return try Self.adopt(socket)
      }
      return address.isEmpty ? nil : try Self.bind(address, setting: setting)
    }
    if passed.count > 1, let stranger = passed.first(where: { !known.contains($0.name) }) {
      throw AppError(
        .configuration,
        "systemd passed a socket named \"\(stranger.name)\". Use FileDescriptorName=main, "
          + "plaintext or admin.")
    }
    guard let main = try listener("main", configuration.listen, "--listen") else {
      throw AppError(.configuration, "listen is empty; give HOST:PORT.")
    }
    self.main = main
    plaintext = try listener("plaintext", configuration.plaintextListen, "--plaintext-listen")
    admin = try listener("admin", configuration.adminListen, "--admin-listen")
  }

  private static func adopt(_ socket: ServiceManager.PassedSocket) throws(AppError) -> Listener {
    do throws(NetError) { try Socket.adopt(socket.descriptor) } catch {
      throw AppError(.configuration, "The socket that systemd passed: \(error.message).")
    }
    let address = Socket.localAddress(socket.descriptor)
    return Listener(descriptor: socket.descriptor, address: address.map { "\($0)" } ?? "")
  }

  private static func bind(_ text: String, setting: String) throws(AppError) -> Listener {
    let address: SocketAddress
    do throws(NetError) { address = try SocketAddress(parsing: named(text)) } catch {
      throw AppError(.configuration, "\(setting): \(error.message).")
    }
    do throws(NetError) {
      let descriptor = try Socket.listen(address)
      let bound = Socket.localAddress(descriptor) ?? address
      return Listener(descriptor: descriptor, address: "\(bound)")
    } catch {
      if error.errno == SystemErrno.addressInUse {
        throw AppError(
          .unavailable,
          "Port \(address.port) of \(address.host) is in use. Stop what uses it, or choose another "
            + "with \(setting) \(address.host):0.")
      }
      throw AppError(.unavailable, "\(setting): \(error.message).")
    }
  }

  /// `localhost` is the only name that a listener's address may be.
  private static func named(_ text: String) -> String {
    text.hasPrefix("localhost:") ? "127.0.0.1" + text.dropFirst("localhost".count) : text
  }
}
