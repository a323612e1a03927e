package import PurSightRPC

/// The service that the benchmarks call at every server they compare.
package struct BenchService: BenchHandler {
  /// The largest chunk a stream is made of, in bytes.
  static let maxChunkBytes = 4 << 20

  package init() {}

  package func unary(_ request: Req, _ context: ServerContext) async throws -> Res {
    Res(id: request.id, payload: request.payload)
  }

  package func serverStream(
    _ request: StreamReq, _ responses: ResponseWriter<Chunk>, _ context: ServerContext
  ) async throws {
    guard request.chunkSize <= Self.maxChunkBytes else {
      throw RPCError(
        .invalidArgument,
        "chunk_size is \(request.chunkSize); at most \(Self.maxChunkBytes) is sent.")
    }
    let chunk = Chunk(data: [UInt8](repeating: 0x61, count: Int(request.chunkSize)))
    var rest = request.count
    while rest > 0 {
      try await responses.write(chunk)
      rest -= 1
    }
  }

  package func clientStream(
    _ requests: RequestStream<Chunk>, _ context: ServerContext
  ) async throws -> Summary {
    var summary = Summary()
    while let chunk = try await requests.next() {
      summary.chunks += 1
      summary.bytes += UInt64(chunk.data.count)
    }
    return summary
  }

  package func bidi(
    _ requests: RequestStream<Chunk>, _ responses: ResponseWriter<Chunk>, _ context: ServerContext
  ) async throws {
    while let chunk = try await requests.next() { try await responses.write(chunk) }
  }
}
