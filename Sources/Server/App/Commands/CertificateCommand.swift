internal import PurSightJSON
internal import PurSightPrivateCluster

/// `pursightd certificate NAME`: issues a client certificate with the development CA. Offline.
struct CertificateCommand {
  private let name: String
  private let data: DevData
  private let folder: String?

  init(_ invocation: Invocation) throws(AppError) {
    guard let name = invocation.operands.first else {
      throw AppError(.usage, "Say for whom: pursightd certificate NAME.")
    }
    self.name = name
    let directory =
      invocation.value("--data-dir") ?? PrivateClusterConfiguration.defaultDirectory()
    data = DevData(directory: SystemFile.absolute(directory))
    folder = invocation.value("--out").map { SystemFile.absolute($0) }
  }

  /// Prints one JSON line that says where the files are.
  func run() async throws(AppError) {
    let issued = try data.issue(name, into: folder)
    var json = JSONWriter()
    json.beginObject()
    for (key, value) in [
      ("event", "certificate"), ("principal", "spiffe://\(DevData.trustDomain)/\(name)"),
      ("cert", issued.certificate), ("key", issued.key), ("ca", data.authority),
    ] {
      json.key(key)
      json.string(value)
    }
    json.endObject()
    StandardStreams.output(json.string + "\n")
  }
}
