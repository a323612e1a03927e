internal import PurSightClientTransport
internal import PurSightNet
internal import PurSightRPC
internal import PurSightTLS

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `interop-client --server_host H --server_port P --test_case CASE --use_tls BOOL --ca_file FILE`:
/// calls a server of grpc.testing.TestService as gRPC's interop descriptions say.
///
/// Prints a line per case. Exit 0: every case passed; 1: one did not; 64: the arguments make no
/// sense.
@main struct Main {
  static func main() async {
    do {
      let options = try Options(Array(CommandLine.arguments.dropFirst()))
      let transport = ClientTransport(options.transport)
      var isGood = true
      for name in options.cases {
        isGood = await run(name, TestCases(transport)) && isGood
      }
      await transport.close()
      exit(isGood ? 0 : 1)
    } catch {
      write(2, "interop-client: \((error as? Options.UsageError)?.message ?? "\(error)")\n")
      exit(64)
    }
  }

  private static func run(_ name: TestCases.Name, _ cases: TestCases) async -> Bool {
    do {
      try await cases.run(name)
      write(1, "\(name.rawValue): passed\n")
      return true
    } catch {
      write(2, "\(name.rawValue): FAILED: \(error)\n")
      return false
    }
  }

  private static func write(_ descriptor: Int32, _ text: String) {
    let bytes = Array(text.utf8)
    #if canImport(Glibc)
      _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
    #else
      _ = unsafe Darwin.write(descriptor, bytes, bytes.count)
    #endif
  }
}
