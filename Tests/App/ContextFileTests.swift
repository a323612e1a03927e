@testable import PurSightApp
import Testing

@Suite struct ContextFileTests {
  private let file = ContextFile(
    address: "127.0.0.1:7443", data: DevData(directory: "/var/lib/pursight"))

  private let dev = """
    dev:
        address: "127.0.0.1:7443"
        ca: "/var/lib/pursight/pki/ca.pem"
        cert: "/var/lib/pursight/pki/admin.pem"
        key: "/var/lib/pursight/pki/admin.key"
        project: "default"
        audit_key: "/var/lib/pursight/audit.vkey"

    """

  @Test func `a new file has the context and it is the current one`() throws {
    #expect(
      try file.merged(into: "", path: "c").replacing("    ", with: "  ")
        == "contexts:\n  \(dev)current: dev\n".replacing("    ", with: "  "))
  }

  @Test func `other contexts and the current one stay as they are`() throws {
    let present = """
      current: prod
      colour: never
      contexts:
        prod:
          address: prod.example.org:7443
          headers: [a, b]
        dev:
          address: 127.0.0.1:1
          stale: "yes"
      """
    let merged = try file.merged(into: present, path: "c")
    #expect(merged.contains("current: prod\n"))
    #expect(merged.contains("colour: never\n"))
    #expect(merged.contains("address: prod.example.org:7443\n"))
    #expect(merged.contains("headers:"))
    #expect(merged.contains("address: \"127.0.0.1:7443\"\n"))
    #expect(!merged.contains("stale"))
    #expect(try file.merged(into: merged, path: "c") == merged)
  }

  @Test(arguments: ["- a", "a: b: c", "text"]) func `what is no file of contexts is not overwritten`(
    _ present: String
  ) {
    #expect(throws: AppError.self) { try file.merged(into: present, path: "c") }
  }

  @Test func `the file lies where the variables say`() {
    #expect(
      ContextFile.path(environment: { ["XDG_CONFIG_HOME": "/x", "HOME": "/h"][$0] })
        == "/x/pursight/config.yaml")
    #expect(ContextFile.path(environment: { ["HOME": "/h"][$0] }) == "/h/.config/pursight/config.yaml")
    #expect(ContextFile.path(environment: { _ in nil }) == nil)
  }
}
