internal import PurSightAPI
internal import PurSightInterop
internal import PurSightNet
internal import PurSightPostgres
internal import PurSightRPC
internal import PurSightServerTransport
internal import PurSightTLS
internal import PurSightTelemetry

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `interop-server h2c|tls|mtls PORT CERTS_DIR […]`: serves grpc.testing.TestService and
/// bench.Bench on every address of this machine. Prints a line when it listens.
@main struct Main {
  static func main() {
    let signals = Signals([.terminate, .interrupt])
    ProcessSetup.prepare()
    exit(
      Program.run {
        do {
          try await serve(try Options(Array(CommandLine.arguments.dropFirst())), signals)
          return 0
        } catch {
          let message = (error as? Options.UsageError)?.message ?? "\(error)"
          report("interop-server: \(message)\n")
          return 64
        }
      })
  }

  private static func serve(_ options: Options, _ signals: Signals) async throws {
    var configuration = ServerConfiguration()
    // large_unary and the bulk streams of the benchmark send more than the usual limit.
    configuration.limits.maxMessageBytes = 64 << 20
    options.apply(to: &configuration)
    let group = try EventLoopGroup(count: options.threads, name: "interop")
    let database = options.source.map {
      PostgresDatabase(PostgresConfiguration(connection: $0.connection), loops: group.loops)
    }
    let router = router(options, database)
    let observer =
      options.hasInterceptors ? ServerMetrics(router, MetricRegistry()) : nil
    let server = await Server(configuration, on: group, observer: observer)
    let address = try await server.listen(
      at: try SocketAddress(parsing: "*:\(options.port)"), router: router,
      json: ProtoMethodJSON([InteropDescriptors.all]),
      tls: try options.context().map(TLSContextHolder.init))
    write("interop-server listening on \(address) (\(options.mode.rawValue))\n")
    _ = try await signals.next()
    await server.drain(grace: .seconds(5))
    await database?.shutDown()
    group.stop()
  }

  private static func router(_ options: Options, _ database: PostgresDatabase?) -> Router {
    var router = Router()
    if let database, let source = options.source {
      RowService(database, source).register(on: &router)
    } else {
      BenchService().register(on: &router)
    }
    TestService().register(on: &router)
    guard options.hasInterceptors else { return router }
    let (principal, count) = ("spiffe://bench/caller", Counter64())
    let logger = Logger(level: .info, clock: { 0 }, sink: { write(2, $0) })
    return router.intercepted(by: [
      LogInterceptor(logger: logger) { "bench-\(count.next())" },
      CallerInterceptor(principal: principal),
      GrantInterceptor(grants: [principal: Set(router.services)]),
    ])
  }

  private static func write(_ text: String) { write(1, text) }
  private static func report(_ text: String) { write(2, text) }

  private static func write(_ descriptor: Int32, _ text: String) {
    write(descriptor, Array(text.utf8))
  }

  private static func write(_ descriptor: Int32, _ bytes: [UInt8]) {
    #if canImport(Glibc)
      _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
    #else
      _ = unsafe Darwin.write(descriptor, bytes, bytes.count)
    #endif
  }
}
