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

  init(_ configuration: Configuration) throws(AppError) {
    main = try Self.bind(configuration.listen, setting: "--listen")
    plaintext = try Self.optional(configuration.plaintextListen, setting: "--plaintext-listen")
    admin = try Self.optional(configuration.adminListen, setting: "--admin-listen")
  }

  private static func optional(
    _ address: String, setting: String
  ) throws(AppError) -> Listener? {
    address.isEmpty ? nil : try bind(address, setting: setting)
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
