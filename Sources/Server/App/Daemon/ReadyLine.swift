internal import PurSightJSON

/// The one line that the server prints on stdout: it takes calls, and where.
///
/// A contract for scripts and supervisors; only what is enabled is in it.
struct ReadyLine: Sendable {
  let address: String
  let plaintext: String?
  let admin: String?
  /// The files of the development client.
  var identity: (ca: String, certificate: String, key: String)?
  var dataDirectory: String?
  let process: Int32
  /// Steps of the start and when they were done, in milliseconds from its beginning.
  var timings: [(step: String, milliseconds: Int64)] = []

  init(_ listeners: Listeners, process: Int32 = SystemInfo.process) {
    address = listeners.main.address
    plaintext = listeners.plaintext?.address
    admin = listeners.admin?.address
    self.process = process
  }

  /// One JSON object and a newline.
  var text: String {
    var json = JSONWriter()
    json.beginObject()
    func member(_ key: String, _ value: String?) {
      guard let value else { return }
      json.key(key)
      json.string(value)
    }
    member("event", "ready")
    member("address", address)
    member("plaintext", plaintext)
    member("admin", admin)
    member("ca", identity?.ca)
    member("cert", identity?.certificate)
    member("key", identity?.key)
    member("data_dir", dataDirectory)
    json.key("pid")
    json.integer(process)
    json.key("timings_ms")
    json.beginObject()
    for timing in timings {
      json.key(timing.step)
      json.integer(timing.milliseconds)
    }
    json.endObject()
    json.endObject()
    return json.string + "\n"
  }
}
