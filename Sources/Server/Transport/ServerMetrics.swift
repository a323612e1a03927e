package import PurSightRPC
package import PurSightTelemetry

/// Counts calls and connections for Prometheus, in the names that existing dashboards expect
/// (go-grpc-middleware's providers/prometheus).
package struct ServerMetrics: ServerObserver {
  /// The metrics of one method.
  private final class Method: Sendable {
    let started: Counter
    let handled: [Counter]
    let seconds: Histogram
    let received: Counter
    let sent: Counter

    init(_ method: MethodInfo, _ registry: MetricRegistry) {
      let labels = [
        MetricRegistry.Label("grpc_type", Self.type(method.kind)),
        MetricRegistry.Label("grpc_service", method.service),
        MetricRegistry.Label("grpc_method", method.name),
      ]
      started = registry.counter(
        "grpc_server_started_total", help: "Calls that were started.", labels: labels)
      handled = ServerMetrics.codeNames.map { name in
        registry.counter(
          "grpc_server_handled_total", help: "Calls that ended, by status code.",
          labels: labels + [MetricRegistry.Label("grpc_code", name)])
      }
      seconds = registry.histogram(
        "grpc_server_handling_seconds", help: "From a call's headers to its status.",
        labels: labels)
      received = registry.counter(
        "grpc_server_msg_received_total", help: "Messages received.", labels: labels)
      sent = registry.counter(
        "grpc_server_msg_sent_total", help: "Messages sent.", labels: labels)
    }

    private static func type(_ kind: MethodInfo.Kind) -> String {
      switch kind {
      case .unary: "unary"
      case .clientStreaming: "client_stream"
      case .serverStreaming: "server_stream"
      case .bidirectionalStreaming: "bidi_stream"
      }
    }
  }

  /// The codes as dashboards spell them; the place is the number.
  private static let codeNames = [
    "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound",
    "AlreadyExists", "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted",
    "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
  ]

  private let methods: [ObjectIdentifier: Method]
  private let opened: Counter
  private let closed: [ConnectionEnd: Counter]

  /// Registers the metrics of every method of `router`.
  package init(_ router: Router, _ registry: MetricRegistry) {
    var methods: [ObjectIdentifier: Method] = [:]
    for route in router.routes {
      methods[ObjectIdentifier(route.method)] = Method(route.method, registry)
    }
    self.methods = methods
    opened = registry.counter(
      "purs_connections_opened_total", help: "Connections whose handshake succeeded.")
    var closed: [ConnectionEnd: Counter] = [:]
    for reason in ConnectionEnd.allCases {
      closed[reason] = registry.counter(
        "purs_connections_closed_total", help: "Connections that ended, by reason.",
        labels: [MetricRegistry.Label("reason", reason.rawValue)])
    }
    self.closed = closed
  }

  package func callStarted(_ method: MethodInfo, loop: Int) {
    methods[ObjectIdentifier(method)]?.started.add(shard: loop)
  }

  package func callEnded(_ call: EndedCall, loop: Int) {
    guard let method = methods[ObjectIdentifier(call.method)] else { return }
    let code = Int(call.code.rawValue)
    let unknown = Int(RPCCode.unknown.rawValue)
    method.handled[method.handled.indices.contains(code) ? code : unknown].add(shard: loop)
    method.seconds.record(nanoseconds: call.nanoseconds, shard: loop)
    method.received.add(UInt64(call.received), shard: loop)
    method.sent.add(UInt64(call.sent), shard: loop)
  }

  package func connectionOpened(_ peer: Peer, loop: Int) { opened.add(shard: loop) }

  package func connectionClosed(_ reason: ConnectionEnd, loop: Int) {
    closed[reason]?.add(shard: loop)
  }
}
