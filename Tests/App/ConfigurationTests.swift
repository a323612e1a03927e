@testable import PurSightApp
import Glibc
import PurSightTelemetry
import Testing

@Suite struct ConfigurationTests {
  private func load(
    _ yaml: String? = nil, _ environment: [String: String] = [:], _ flags: [(String, String)] = []
  ) throws(AppError) -> Configuration {
    try ConfigurationLoader.load(
      file: yaml.map { ("c.yaml", $0) }, environment: { environment[$0] },
      flags: flags.map { .init(key: $0.0, text: $0.1, place: "--flag") })
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch { return "\(error)" }
  }

  private var example: String {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/" + root + "/deploy/pursightd.yaml"
  }

  @Test func `flags win over the environment, that over the file, that over defaults`() throws {
    let file = "listen: 10.0.0.1:1\nadmin_listen: 10.0.0.1:2\nplaintext_listen: 10.0.0.1:3\n"
    let environment = [
      "PURSIGHT_LISTEN": "10.0.0.2:1", "PURSIGHT_ADMIN_LISTEN": "10.0.0.2:2",
    ]
    let configuration = try load(file, environment, [("listen", "10.0.0.3:1")])
    #expect(configuration.listen == "10.0.0.3:1")
    #expect(configuration.adminListen == "10.0.0.2:2")
    #expect(configuration.plaintextListen == "10.0.0.1:3")
    #expect(configuration.database.connectionsPerLoop == 8)
  }

  @Test func `the example holds every setting and can be loaded`() throws {
    let text = try SystemFile.readText(example)
    let keys = try ConfigurationLoader.values(of: text, path: example).map(\.key)
    #expect(keys.sorted() == Setting.all.map(\.key).sorted())
    let configuration = try load(text)
    #expect(configuration.tls.trustDomain == "prod.example.org")
    #expect(configuration.limits.drain == .seconds(10))
    #expect(configuration.logLevel == .info)
  }

  @Test func `the example says the defaults as they are`() throws {
    let text = try SystemFile.readText(example)
    let said = text.split(separator: "\n").compactMap { line -> String? in
      guard line.hasSuffix("]."), let open = line.lastIndex(of: "[") else { return nil }
      return String(line[line.index(after: open)...].dropLast(2))
    }
    let defaults = Setting.all
      .filter { !$0.key.hasPrefix("audit.") && $0.key != "database.url" }
      .filter {
        !["certificate", "private_key", "client_ca", "trust_domain"].contains {
          [key = $0.key] name in key == "tls.\(name)"
        }
      }
      .map { $0.show(Configuration()) }.map { $0.isEmpty ? "none" : $0 }
    #expect(said == defaults)
  }

  @Test(arguments: [
    ("lisen: x", "c.yaml:1: there is no setting \"lisen\"; did you mean \"listen\"?"),
    ("tls:\n  certifcate: x", "c.yaml:2: there is no setting \"tls.certifcate\"; did you mean"),
    ("databse:\n  url: x", "c.yaml:2: there is no setting \"databse.url\"; did you mean"),
    ("tls: 7", "c.yaml:1: there is no setting \"tls\""),
    (
      "limits:\n  connections: many", "limits.connections is \"many\"; it has to be a number from 1"
    ),
    ("limits:\n  connections: 0", "limits.connections is \"0\""),
    ("limits:\n  drain: 5", "limits.drain is \"5\"; it has to be a time from 0s to 1h, such as"),
    ("limits:\n  drain: 61m", "limits.drain is \"61m\""),
    ("log:\n  level: loud", "log.level is \"loud\"; use one of debug, info, warning, error."),
    ("listen: [1, 2]", "c.yaml:1: the line holds YAML that no setting needs"),
    ("- a", "c.yaml:1: the line is not of the form `name: value`."),
    ("a: b: c", "c.yaml:1: the line holds two colons; put the value into quotes."),
    ("listen: \"x", "c.yaml:1: the line holds a quote that is not closed."),
    ("listen: 'x' y", "c.yaml:1: the line goes on after its closing quote."),
    ("listen: \"\\q\"", "c.yaml:1: the line holds an escape other than"),
    ("listen:x", "c.yaml:1: the line has no space after the colon."),
    ("listen: a\nlisten: b", "c.yaml:2: the line sets listen a second time."),
    ("tls:\n    certificate: a\n  private_key: b", "c.yaml:3: the line is indented by 2 columns"),
    ("listen: a\n  tls: b", "c.yaml:2: the line is indented by 2 columns"),
    ("\tlisten: a", "c.yaml:1: the line is not of the form `name: value`."),
    ("listen: |\n  a", "c.yaml:1: the line holds YAML that no setting needs"),
  ]) func `what is wrong is said with its place and what to do`(_ yaml: String, _ expected: String)
  {
    let said = message { _ = try load(yaml) }
    #expect(said.contains(expected), "\(said)")
  }

  /// Each text with what PyYAML 6 makes of it.
  @Test(arguments: [
    ("listen: a b  # c", "a b"), ("listen: a#b", "a#b"), ("listen: 'it''s'", "it's"),
    ("listen: \"a\\\"b\\\\c\\n\"", "a\"b\\c\n"), ("listen: '# no'", "# no"),
    ("listen: a:b", "a:b"), ("listen: -1", "-1"), ("listen:   x   ", "x"), ("listen: 'x' # y", "x"),
    ("listen: host=/run user='me'", "host=/run user='me'"), ("---\nlisten: x\r\n", "x"),
    ("listen: ~", ""), ("listen: null", ""), ("listen:", ""), ("listen: ''", ""),
    ("# c\n\nlisten: ü", "ü"), ("  listen: x\n  tls:\n    certificate: y", "x"),
    ("tls:\n  # nothing\nlisten: x", "x"),
  ]) func `a scalar is what YAML says it is`(_ yaml: String, _ expected: String) throws {
    #expect(try load(yaml).listen == expected)
  }

  @Test func `groups end where their indentation does`() throws {
    let text = "tls:\n    certificate: a\n    private_key: b\nlisten: c\nlog:\n level: debug\n"
    let configuration = try load(text)
    #expect(configuration.tls.certificate == "a")
    #expect(configuration.tls.privateKey == "b")
    #expect(configuration.listen == "c")
    #expect(configuration.logLevel == .debug)
  }

  @Test(arguments: [
    ("0s", 0), ("500ms", 500), ("15s", 15_000), ("10m", 600_000), ("24h", 86_400_000),
  ]) func `a time is a number and its unit`(_ text: String, _ milliseconds: Int) {
    #expect(DurationText.parse(text) == .milliseconds(milliseconds))
    #expect(DurationText.format(.milliseconds(milliseconds)) == text)
  }

  @Test(arguments: ["", "s", "5", "-5s", "1.5s", "5 s", "5S", "5d", "9999999999999s", "٣s"])
  func `anything else is no time`(_ text: String) {
    #expect(DurationText.parse(text) == nil)
  }

  @Test func `names in the environment and on the command line follow from the key`() {
    let setting = Setting.named("tls.private_key")
    #expect(setting?.environmentName == "PURSIGHT_TLS_PRIVATE_KEY")
    #expect(setting?.flag == "--tls-private-key")
  }
}
