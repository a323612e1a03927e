@testable import PurSightApp
import Testing

@Suite struct CommandLineTests {
  private func message(_ arguments: [String]) -> String {
    do throws(AppError) {
      _ = try Invocation(arguments)
      return ""
    } catch { return "\(error.code.rawValue) \(error.message)" }
  }

  @Test func `settings, flags and operands are told apart`() throws {
    let invocation = try Invocation([
      "dev", "--listen=127.0.0.1:0", "--data-dir", "/d", "--ephemeral", "--database-url", "x",
    ])
    #expect(invocation.command == .dev)
    #expect(
      invocation.settings == [
        .init(key: "listen", text: "127.0.0.1:0", place: "--listen"),
        .init(key: "database.url", text: "x", place: "--database-url"),
      ])
    #expect(invocation.value("--data-dir") == "/d")
    #expect(invocation.has("--ephemeral"))
    #expect(!invocation.has("--plaintext-admin"))
    #expect(try Invocation(["migrate", "apply"]).operands == ["apply"])
  }

  @Test(arguments: [
    ([], "64 Say what to do: dev, serve, migrate, certificate, version, help."),
    (["srve"], "64 There is no command \"srve\"; did you mean \"serve\"?"),
    (
      ["dev", "--ephemeralx"], "64 pursightd dev has no --ephemeralx; did you mean \"--ephemeral\"?"
    ),
    (["dev", "--listen"], "64 --listen needs a value."),
    (["dev", "now"], "64 \"now\" is one word too many for pursightd dev."),
    (["certificate", "a", "b"], "64 \"b\" is one word too many for pursightd certificate."),
    (["version", "--listen", "x"], "64 pursightd version has no --listen."),
  ]) func `what cannot be understood is a usage error that says what to do`(
    _ arguments: [String], _ expected: String
  ) {
    #expect(message(arguments) == expected)
  }

  @Test(arguments: Invocation.Command.allCases.map(\.rawValue))
  func `help names every flag of a command`(_ name: String) throws {
    let command = try #require(Invocation.Command(rawValue: name))
    let text = HelpText.text(for: command)
    for flag in Invocation.flags(of: command) { #expect(text.contains(flag.name)) }
    for setting in Setting.all {
      #expect(text.contains(setting.flag + " ") == Invocation.takesSettings(command))
    }
  }

  @Test func `the ready line is the contract's JSON`() throws {
    let listeners = try Listeners(
      {
        var configuration = Configuration()
        configuration.listen = "127.0.0.1:0"
        configuration.adminListen = "127.0.0.1:0"
        return configuration
      }())
    var ready = ReadyLine(listeners, process: 4711)
    ready.identity = ("/d/ca.pem", "/d/admin.pem", "/d/admin.key")
    ready.dataDirectory = "/d"
    ready.timings = [("postgres", 700), ("ready", 1104)]
    let admin = listeners.admin?.address ?? ""
    #expect(
      ready.text
        == "{\"event\":\"ready\",\"address\":\"\(listeners.main.address)\",\"admin\":\"\(admin)\","
        + "\"ca\":\"/d/ca.pem\",\"cert\":\"/d/admin.pem\",\"key\":\"/d/admin.key\","
        + "\"data_dir\":\"/d\",\"pid\":4711,\"timings_ms\":{\"postgres\":700,\"ready\":1104}}\n")
    #expect(!listeners.main.address.hasSuffix(":0"))
  }

  @Test func `a port that is taken is named, with the flag that changes it`() throws {
    var configuration = Configuration()
    configuration.listen = "127.0.0.1:0"
    let first = try Listeners(configuration)
    configuration.listen = first.main.address
    do throws(AppError) {
      _ = try Listeners(configuration)
      Issue.record("the port was free")
    } catch {
      let port = first.main.address.split(separator: ":").last ?? ""
      #expect(error.code == .unavailable)
      #expect(
        error.message
          == "Port \(port) of 127.0.0.1 is in use. Stop what uses it, or choose another with "
          + "--listen 127.0.0.1:0.")
    }
  }
}
