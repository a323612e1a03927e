internal import PurSightInterop
internal import PurSightPostgres
internal import PurSightRPC
internal import Synchronization

/// The benchmark's service with a unary method that reads one row for each call: under row-level
/// security, as the services of `pursightd` read.
final class RowService: BenchHandler {
  /// The project whose rows are read.
  private static let project: Int32 = 1

  private let database: PostgresDatabase
  private let source: Options.RowSource
  private let others = BenchService()
  private let next = Atomic<Int32>(0)

  init(_ database: PostgresDatabase, _ source: Options.RowSource) {
    self.database = database
    self.source = source
  }

  func unary(_ request: Req, _ context: ServerContext) async throws -> Res {
    // A prime step goes through all rows without an order that a cache would like.
    let step = next.wrappingAdd(7919, ordering: .relaxed).newValue & Int32.max
    let query = SQL(text: source.query, parameters: [.int4(step % source.rows + 1)])
    do throws(PostgresError) {
      let rows = try await database.read(.project(Self.project), query)
      if let row = rows.first { return Res(id: request.id, payload: try row.bytes(0)) }
    } catch {
      throw RPCError(.unavailable, error.message)
    }
    throw RPCError(.notFound, "There is no such row.")
  }

  func serverStream(
    _ request: StreamReq, _ responses: ResponseWriter<Chunk>, _ context: ServerContext
  ) async throws {
    try await others.serverStream(request, responses, context)
  }

  func clientStream(
    _ requests: RequestStream<Chunk>, _ context: ServerContext
  ) async throws -> Summary {
    try await others.clientStream(requests, context)
  }

  func bidi(
    _ requests: RequestStream<Chunk>, _ responses: ResponseWriter<Chunk>, _ context: ServerContext
  ) async throws {
    try await others.bidi(requests, responses, context)
  }
}
