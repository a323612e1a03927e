internal import PurSightJSON

/// The file in which people keep the servers that they use: `pursight/config.json`.
public struct ContextFile: Sendable {
  /// One server, and who to be there. Nil: not said.
  public struct Context: Sendable, Hashable {
    /// `host:port`.
    public var address: String?
    /// PEM file of authorities.
    public var authorities: String?
    /// PEM file of the client's certificate.
    public var certificate: String?
    /// PEM file of its private key.
    public var privateKey: String?
    /// The name that the server's certificate has to bear.
    public var serverName: String?
    /// The project.
    public var project: String?
    /// The audit log's public key, as a C2SP verifier key.
    public var auditKey: String?
    /// Whether to connect without encryption.
    public var plaintext: Bool?

    /// Nothing said.
    public init() {}
  }

  /// The context that is taken where nothing names one.
  public var current: String?
  /// The contexts by name.
  public var contexts: [String: Context] = [:]
  /// Where the file is.
  public let path: String

  /// `${XDG_CONFIG_HOME:-~/.config}/pursight/config.json`.
  public static var standardPath: String {
    let base =
      Environment.value("XDG_CONFIG_HOME")
      ?? (Environment.value("HOME") ?? "") + "/.config"
    return base + "/pursight/config.json"
  }

  /// Reads the file; one that does not exist has no contexts.
  ///
  /// - Parameter path: nil: `standardPath`.
  /// - Throws: `INVALID_ARGUMENT` naming what in it makes no sense.
  public init(path: String? = nil) throws(PurSightError) {
    self.path = path ?? Self.standardPath
    guard let bytes = try SmallFile.content(self.path) else { return }
    do throws(JSONError) {
      try read(try JSONValue(parsing: bytes))
    } catch {
      throw PurSightError(
        .invalidArgument, "\(self.path) is not a file of contexts: \(error.message).",
        advice: "Repair it, or remove it and start `pursightd dev` to make it anew.")
    }
  }

  private mutating func read(_ json: JSONValue) throws(JSONError) {
    guard case .object = json else {
      throw JSONError(.unexpected, "an object is expected", at: 0)
    }
    current = json["current"]?.text
    guard case .object(let members)? = json["contexts"] else { return }
    for member in members {
      var context = Context()
      context.address = member.value["address"]?.text
      context.authorities = member.value["ca"]?.text
      context.certificate = member.value["cert"]?.text
      context.privateKey = member.value["key"]?.text
      context.serverName = member.value["serverName"]?.text
      context.project = member.value["project"]?.text
      context.auditKey = member.value["auditKey"]?.text
      if case .bool(let value)? = member.value["plaintext"] { context.plaintext = value }
      contexts[member.key] = context
    }
  }

  /// Writes the file, readable for its owner only.
  public func write() throws(PurSightError) {
    var json = JSONWriter(.indented)
    json.beginObject()
    if let current {
      json.key("current")
      json.string(current)
    }
    json.key("contexts")
    json.beginObject()
    for (name, context) in contexts.sorted(by: { $0.key < $1.key }) {
      json.key(name)
      context.write(to: &json)
    }
    json.endObject()
    json.endObject()
    try SmallFile.write(json.bytes + [UInt8(ascii: "\n")], to: path)
  }
}

extension ContextFile.Context {
  fileprivate func write(to json: inout JSONWriter) {
    json.beginObject()
    let members = [
      ("address", address), ("ca", authorities), ("cert", certificate), ("key", privateKey),
      ("serverName", serverName), ("project", project), ("auditKey", auditKey),
    ]
    for case (let key, let value?) in members {
      json.key(key)
      json.string(value)
    }
    if let plaintext {
      json.key("plaintext")
      json.bool(plaintext)
    }
    json.endObject()
  }
}

extension JSONValue {
  /// The text of a string; nil for anything else.
  var text: String? {
    if case .string(let text) = self { text } else { nil }
  }
}
