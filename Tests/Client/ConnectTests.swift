import PurSightRPC
import Testing

@testable import PurSightClient

/// Where settings come from.
@Suite struct ConnectTests {
  private let contexts = """
    {"current": "dev", "contexts": {
      "dev": {"address": "127.0.0.1:7443", "ca": "/dev/ca.pem", "cert": "/dev/admin.pem",
        "key": "/dev/admin.key", "project": "default", "auditKey": "pursight-dev+00000000+AQ=="},
      "prod": {"address": "prod.example:443", "project": "sales", "plaintext": false}}}
    """

  private func resolve(
    _ options: ConnectOptions = ConnectOptions(), _ environment: [String: String] = [:]
  ) throws -> ConnectionSettings {
    let file = try TemporaryFile("config.json", contexts)
    var options = options
    if options.configurationFile == nil { options.configurationFile = file.path }
    return try options.resolved { environment[$0] }
  }

  @Test func `an option wins over the environment, that over the context, that over defaults`()
    throws
  {
    var options = ConnectOptions()
    options.authorities = "/option/ca.pem"
    let settings = try resolve(
      options, ["PURSIGHT_TLS_CA": "/env/ca.pem", "PURSIGHT_PROJECT": "other"])
    #expect(settings.authorities?.value == "/option/ca.pem")
    #expect(settings.authorities?.origin == .option)
    #expect(settings.project.value == "other")
    #expect(settings.project.origin == .environment("PURSIGHT_PROJECT"))
    #expect(settings.certificate?.value == "/dev/admin.pem")
    #expect(settings.certificate?.origin == .context("dev"))
    #expect(settings.auditKey?.value == "pursight-dev+00000000+AQ==")
    #expect(settings.plaintext.value == false)
    #expect(settings.plaintext.origin == .standard)
  }

  @Test func `a context is chosen by option, environment, or the file`() throws {
    var options = ConnectOptions()
    options.context = "prod"
    #expect(try resolve(options, ["PURSIGHT_CONTEXT": "dev"]).address.value == "prod.example:443")
    #expect(try resolve(ConnectOptions(), ["PURSIGHT_CONTEXT": "prod"]).project.value == "sales")
    let current = try resolve()
    #expect(current.context?.value == "dev")
    #expect(current.address.value == "127.0.0.1:7443")
  }

  @Test func `without anything there is the local server`() throws {
    var options = ConnectOptions()
    options.configurationFile = "/nonexistent/config.json"
    let settings = try resolve(options)
    #expect(settings.context == nil)
    #expect(settings.address.value == "127.0.0.1:7443")
    #expect(settings.address.origin == .standard)
    #expect(settings.project.value == "default")
    #expect(settings.authorities == nil)
  }

  @Test func `a context that does not exist is NOT_FOUND and says which there are`() {
    var options = ConnectOptions()
    options.context = "test"
    let error = #expect(throws: PurSightError.self) { try resolve(options) }
    #expect(error?.code == .notFound)
    #expect(error?.advice == "There are: dev, prod.")
  }

  @Test(arguments: ["{", "[]", "{\"contexts\": "])
  func `a file that makes no sense is an error with its name`(text: String) throws {
    let file = try TemporaryFile("config.json", text)
    var options = ConnectOptions()
    options.configurationFile = file.path
    let error = #expect(throws: PurSightError.self) { try options.resolved { _ in nil } }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains(file.path) == true)
  }

  @Test func `plaintext is true or false`() {
    let error = #expect(throws: PurSightError.self) {
      try resolve(ConnectOptions(), ["PURSIGHT_PLAINTEXT": "maybe"])
    }
    #expect(error?.message.contains("PURSIGHT_PLAINTEXT") == true)
  }

  @Test func `what is written can be read again, by its owner only`() throws {
    let old = try TemporaryFile("config.json", contexts)
    var file = try ContextFile(path: old.path)
    file.current = "prod"
    file.contexts["dev"]?.project = "new"
    file.contexts["third"] = ContextFile.Context()
    try file.write()
    let read = try ContextFile(path: old.path)
    #expect(read.current == "prod")
    #expect(read.contexts == file.contexts)
    #expect(try old.permissions() == 0o600)
  }

  @Test func `a certificate without its key is refused before anything is dialled`() async throws {
    var options = ConnectOptions()
    options.configurationFile = "/nonexistent/config.json"
    let certificate = try TemporaryFile("client.pem", "")
    options.certificate = certificate.path
    let error = await #expect(throws: PurSightError.self) { try await PurSight.connect(options) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("no private key") == true)
  }

  @Test func `a certificate file that is not there is named, with where its name came from`() async
  {
    var options = ConnectOptions()
    options.configurationFile = "/nonexistent/config.json"
    options.authorities = "/nonexistent/ca.pem"
    let error = await #expect(throws: PurSightError.self) { try await PurSight.connect(options) }
    #expect(error?.message == "There is no file /nonexistent/ca.pem (from option).")
  }
}
