internal import PurSightServerTransport

// What peers may take: numbers, times, and budgets against floods. The defaults are those of
// `ServerConfiguration`.
extension Setting {
  /// Sizes and numbers.
  static let limits = [
    number(
      "limits.loops", \.limits.loops, 0...256,
      "Event loops, each a thread; 0: one per processor."),
    number(
      "limits.connections", \.transport.limits.connections, 1...1_000_000,
      "Connections of the whole server; further ones are closed at once."),
    number(
      "limits.connections_per_address", \.transport.limits.connectionsPerAddress, 1...1_000_000,
      "Connections from one address; further ones are closed at once."),
    number(
      "limits.handshakes_per_tick", \.transport.limits.handshakesPerTick, 1...1_000,
      "Steps of TLS handshakes that a loop takes before it looks after its connections."),
    number(
      "limits.bytes_per_turn", \.transport.limits.bytesPerTurn, 65_536...16_777_216,
      "Bytes that one connection may read or write before others get their turn."),
    number(
      "limits.streams_per_connection", \.transport.streamsPerConnection, 1...10_000,
      "Calls that a connection may have open; further ones are refused."),
    number(
      "limits.calls_per_connection", \.transport.limits.runningCallsPerConnection, 1...100_000,
      "Calls of a connection that run, cancelled ones too; further ones get UNAVAILABLE."),
    number(
      "limits.calls_per_loop", \.transport.limits.runningCallsPerLoop, 1...1_000_000,
      "Calls that run or wait on one event loop; further ones get UNAVAILABLE."),
    number(
      "limits.control_calls_per_loop", \.transport.limits.controlCallsPerLoop, 1...10_000,
      "Places beyond these for health checks."),
    time(
      "limits.call_delay", \.transport.limits.maxCallDelay, .milliseconds(10) ... .seconds(60),
      "How long a call may wait on a busy event loop before it gets UNAVAILABLE."),
    time(
      "limits.pushback", \.transport.limits.pushback, .milliseconds(1) ... .seconds(60),
      "When a refused call may come again, as it is told (grpc-retry-pushback-ms)."),
    number(
      "limits.message_bytes", \.transport.limits.maxMessageBytes, 65_536...268_435_456,
      "Bytes of the largest request message; larger ones get RESOURCE_EXHAUSTED."),
    number(
      "limits.header_bytes", \.transport.headerBytes, 1_024...65_535,
      "Bytes of a request's metadata, 32 more for each; larger ones get RESOURCE_EXHAUSTED."),
    number(
      "limits.stream_window_bytes", \.transport.streamWindowBytes, 65_535...67_108_864,
      "Bytes of a call's requests that may be under way."),
    number(
      "limits.connection_window_bytes", \.transport.connectionWindowBytes, 65_535...268_435_456,
      "Bytes of all requests of a connection that may be under way."),
    number(
      "limits.outbound_bytes", \.transport.limits.outboundHighWaterBytes, 16_384...67_108_864,
      "Bytes of answers that a call may hold before its handler waits."),
    number(
      "limits.pending_bytes", \.transport.limits.maxPendingBytes, 65_536...67_108_864,
      "Bytes waiting for a connection's socket before nothing more is read from it."),
    number(
      "limits.json_bytes", \.transport.limits.maxJSONBytes, 65_536...16_777_216,
      "Bytes of the largest request message in JSON."),
    number(
      "limits.dropped_bytes", \.transport.limits.maxDroppedBytes, 0...67_108_864,
      "Bytes of a request that are taken and dropped after its answer, before a reset."),
    time(
      "limits.announcement", \.limits.announcement, .zero ... .seconds(600),
      "How long probes see NOT_SERVING before connections are closed."),
    time(
      "limits.drain", \.limits.drain, .zero ... .seconds(3600),
      "How long calls may go on after SIGTERM."),
  ]

  /// How long a peer may take.
  static let timeouts = [
    time(
      "timeouts.handshake", \.transport.timeouts.handshake,
      .milliseconds(10) ... .seconds(3600),
      "From the connection to the end of its TLS handshake."),
    time(
      "timeouts.preface", \.transport.timeouts.preface,
      .milliseconds(10) ... .seconds(3600),
      "From there to the client's SETTINGS."),
    time(
      "timeouts.headers", \.transport.timeouts.headers,
      .milliseconds(10) ... .seconds(3600),
      "From the first byte of a header block to its last."),
    time(
      "timeouts.request_stall", \.transport.timeouts.requestStall,
      .milliseconds(10) ... .seconds(3600),
      "Without a byte of a request that is waited for as a whole."),
    time(
      "timeouts.response_stall", \.transport.timeouts.responseStall,
      .milliseconds(10) ... .seconds(3600),
      "Without a byte taken of an answer that is there."),
    time(
      "timeouts.idle", \.transport.timeouts.idle,
      .milliseconds(10) ... .seconds(86_400),
      "Without a call, before the connection is closed."),
    time(
      "timeouts.keepalive", \.transport.timeouts.keepalive,
      .milliseconds(10) ... .seconds(86_400),
      "Silence under open calls before the client is sent a PING."),
    time(
      "timeouts.keepalive_answer", \.transport.timeouts.keepaliveAnswer,
      .milliseconds(10) ... .seconds(3600),
      "How long the answer to that may take."),
    time(
      "timeouts.age", \.transport.timeouts.age,
      .milliseconds(100) ... .seconds(2_592_000),
      "Age at which a connection is replaced, give or take a tenth."),
    time(
      "timeouts.age_grace", \.transport.timeouts.ageGrace,
      .zero ... .seconds(2_592_000),
      "How long its calls may go on after that."),
  ]

  /// What a peer may send that is work for us and of no use. Over it, the peer is told so
  /// (GOAWAY, ENHANCE_YOUR_CALM) and the connection ends.
  static let floods = [
    number(
      "floods.resets", \.transport.resetBurst, 1...1_000_000,
      "Streams that a client may reset at once."),
    number(
      "floods.resets_per_second", \.transport.resetsPerSecond, 1...1_000_000,
      "Streams that it may reset per second after that."),
    number(
      "floods.violations", \.transport.violationBurst, 1...1_000_000,
      "Errors to be answered, at once; a header list that is too long is 10."),
    number(
      "floods.violations_per_second", \.transport.violationsPerSecond, 1...1_000_000,
      "Such errors per second after that."),
    number(
      "floods.control_frames", \.transport.controlBurst, 1...1_000_000,
      "Frames without use, at once; SETTINGS, PING, GOAWAY are 10 each."),
    number(
      "floods.control_frames_per_second", \.transport.controlPerSecond, 1...1_000_000,
      "Such frames per second after that."),
    number(
      "floods.continuations", \.transport.continuations, 1...64,
      "CONTINUATION frames of one header block."),
    number(
      "floods.settings", \.transport.settingsPerFrame, 6...1_000,
      "Settings in one SETTINGS frame."),
    number(
      "floods.queued_acknowledgements", \.transport.queuedAcknowledgements, 10...100_000,
      "Acknowledgements that a client has not read."),
    number(
      "floods.queued_frames", \.transport.queuedFrames, 100...1_000_000,
      "Frames that a client has not read."),
    time(
      "floods.ping_interval", \.transport.pingInterval, .zero ... .seconds(86_400),
      "Least time between a client's PINGs under open calls."),
    time(
      "floods.idle_ping_interval", \.transport.idlePingInterval, .zero ... .seconds(86_400),
      "Least time between a client's PINGs without open calls."),
  ]
}
