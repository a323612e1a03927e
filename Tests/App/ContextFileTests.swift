@testable import PurSightApp
import Testing

@Suite struct ContextFileTests {
  private let data: DevData
  private let key: String

  init() throws {
    data = DevData(directory: try TemporaryDirectory.make())
    try data.prepare(hosts: [])
    key = try SystemFile.readText(data.auditVerifierKey).filter { !$0.isNewline }
  }

  private func merged(_ present: String, address: String = "127.0.0.1:7443") throws -> String {
    let file = ContextFile(address: address, data: data)
    return String(
      decoding: try file.merged(into: Array(present.utf8), path: "c"), as: UTF8.self)
  }

  private func withoutSpace(_ text: String) -> String { text.filter { !$0.isWhitespace } }

  private var dev: String {
    let folder = data.directory
    return """
      {"address":"127.0.0.1:7443","ca":"\(folder)/pki/ca.pem","cert":"\(folder)/pki/admin.pem",
      "key":"\(folder)/pki/admin.key","project":"default","auditKey":"\(key)"}
      """
  }

  @Test func `a new file has the context and it is the current one`() throws {
    defer { TemporaryDirectory.remove(data.directory) }
    #expect(
      withoutSpace(try merged(""))
        == withoutSpace("{\"current\":\"dev\",\"contexts\":{\"dev\":\(dev)}}"))
    #expect(key.hasPrefix("pursight-dev+"))
  }

  @Test func `other contexts, other members and the current one stay as they are`() throws {
    defer { TemporaryDirectory.remove(data.directory) }
    let prod = "{\"address\":\"prod.example.org:7443\",\"more\":[1,2.50,null]}"
    let head = "{\"current\":\"prod\",\"colour\":\"never\","
    let present = head + "\"contexts\":{\"prod\":\(prod),\"dev\":{\"stale\":1}}}"
    let expected =
      "{\"current\":\"prod\",\"colour\":\"never\",\"contexts\":{\"prod\":\(prod),\"dev\":\(dev)}}"
    let text = try merged(present)
    #expect(withoutSpace(text) == withoutSpace(expected))
    #expect(try merged(text) == text)
  }

  @Test(arguments: ["[1]", "{", "text", "{\"a\":1}x"])
  func `what is no file of contexts is not overwritten`(_ present: String) {
    defer { TemporaryDirectory.remove(data.directory) }
    #expect(throws: AppError.self) { try merged(present) }
  }

  @Test(arguments: ["0.0.0.0:7443", "[::]:7443"])
  func `a listener on every address is reached on this machine's own`(
    _ address: String
  ) throws {
    defer { TemporaryDirectory.remove(data.directory) }
    #expect(try merged("", address: address).contains("\"127.0.0.1:7443\""))
  }

  @Test func `the file lies where the variables say`() {
    defer { TemporaryDirectory.remove(data.directory) }
    #expect(
      ContextFile.path(environment: { ["XDG_CONFIG_HOME": "/x", "HOME": "/h"][$0] })
        == "/x/pursight/config.json")
    #expect(
      ContextFile.path(environment: { ["HOME": "/h"][$0] }) == "/h/.config/pursight/config.json")
    #expect(ContextFile.path(environment: { _ in nil }) == nil)
  }
}
