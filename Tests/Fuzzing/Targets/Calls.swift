internal import PurSightAPI
internal import PurSightConnect
internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightRPC

private let healthJSON = ProtoMethodJSON()
private let check = MethodInfo(
  service: "grpc.health.v1.Health", name: "Check", kind: .unary, idempotency: .noSideEffects)
private let watch = MethodInfo(
  service: "grpc.health.v1.Health", name: "Watch", kind: .serverStreaming)

/// Requests of Connect and gRPC-Web. The first byte is the size of the pieces in which the body
/// arrives; then come header fields, one a line, name and value parted by a colon behind the name's
/// first byte; behind an empty line follows the body.
func fuzzCalls(_ bytes: [UInt8]) {
  var input = FuzzInput(bytes)
  let size = max(input.number(), 1)
  var block: [UInt8] = []
  var rest = input.rest
  while let end = rest.firstIndex(of: UInt8(ascii: "\n")), end > rest.startIndex {
    let line = rest[..<end]
    rest = rest[(end + 1)...]
    let colon = line.dropFirst().firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    let (name, value) = (line[..<colon], line[colon...].dropFirst())
    guard name.count <= 0xFFFF, value.count <= 0xFFFF else { return }
    for count in [name.count, value.count] {
      block += [UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)]
    }
    block += name
    block += value
  }
  let head = unsafe block.withUnsafeBytes { WebRequestHead(unsafe HeaderFields($0)) }
  let method = [check, watch].first { $0.path == head.path }
  let limits = Admission.Limits(maxMessageBytes: 64 << 10, maxJSONBytes: 32 << 10)
  switch Admission.decide(head, method, json: healthJSON, limits: limits) {
  case .answer(let answer):
    let fields = HeaderList()
    answer.fill(fields)
    checkFields(fields)
  case .refuse(let exchange, let error): conclude(exchange, error)
  case .accept(let call):
    let body = FuzzInput([0] + Array(rest.dropFirst()))
    conclude(call.exchange, take(call.exchange, body.pieces(of: size)))
  }
}

/// Takes a body as the transport does; returns why the call cannot go on.
private func take(_ exchange: Exchange, _ pieces: [[UInt8]]) -> RPCError? {
  var inbox = MessageInbox()
  inbox.encoding = exchange.encoding
  inbox.maxMessageBytes = exchange.maxMessageBytes
  do throws(RPCError) {
    for piece in pieces {
      var buffer = ByteBuffer()
      buffer.append(piece)
      unsafe try exchange.receive(buffer.bytes, into: &inbox)
    }
    try exchange.finishRequest(into: &inbox)
    while let message = unsafe try inbox.take() {
      precondition(message.count <= exchange.maxMessageBytes)
      if exchange.decodesMessages { _ = unsafe try exchange.decode(message) }
    }
    return nil
  } catch {
    precondition([.internal, .resourceExhausted, .invalidArgument].contains(error.code))
    return error
  }
}

/// Answers with `HealthCheckResponse{status: SERVING}`, or with an error.
private func conclude(_ exchange: Exchange, _ error: RPCError?) {
  let fields = HeaderList()
  var outbound = ByteBuffer()
  if exchange.form.isUnary, let error {
    _ = exchange.fillUnaryError(fields, error, Metadata(), Metadata())
  } else {
    unsafe ([8, 1] as [UInt8]).withUnsafeBytes {
      unsafe exchange.encode($0, isCompressed: false, into: &outbound)
    }
    precondition(!outbound.isEmpty && exchange.answerFailure == nil, "an answer is lost")
    exchange.fillHead(fields, Metadata(), mayCompress: false)
    if !exchange.form.isUnary { exchange.appendEnd(error, Metadata(), to: &outbound) }
  }
  checkFields(fields)
}

private func checkFields(_ fields: HeaderList) {
  for (name, value) in fields.fields {
    precondition(!name.isEmpty)
    precondition(value.utf8.allSatisfy { $0 >= 0x20 && $0 <= 0x7E }, "a value splits the block")
  }
}
