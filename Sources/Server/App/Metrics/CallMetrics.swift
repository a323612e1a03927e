internal import PurSightRPC
internal import PurSightServerTransport
internal import Synchronization

/// Counts calls and connections for /metrics, under the names that dashboards for gRPC expect.
///
/// Called on the loops' threads; every count is one atomic addition. Only methods that exist become label
/// values, so no peer can make a new one.
final class CallMetrics: ServerObserver {
  /// Upper bounds of the histogram's buckets, in seconds; beyond the last is +Inf.
  static let bounds = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
  private static let codes = 17

  /// What is counted of one method.
  private final class Method: Sendable {
    let info: MethodInfo
    let started = Atomic<Int>(0)
    let received = Atomic<Int>(0)
    let sent = Atomic<Int>(0)
    let nanoseconds = Atomic<UInt64>(0)
    let handled: [Counter] = (0..<CallMetrics.codes).map { _ in Counter() }
    let buckets: [Counter] = (0...CallMetrics.bounds.count).map { _ in Counter() }

    init(_ info: MethodInfo) { self.info = info }
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
    func add(_ count: Int = 1) { value.wrappingAdd(count, ordering: .relaxed) }
    var count: Int { value.load(ordering: .relaxed) }
  }

  private let methods: [ObjectIdentifier: Method]
  private let opened = Counter()
  private let closed: [ConnectionEnd: Counter]

  init(_ methods: [MethodInfo]) {
    self.methods = Dictionary(
      methods.map { (ObjectIdentifier($0), Method($0)) }, uniquingKeysWith: { first, _ in first })
    closed = Dictionary(
      uniqueKeysWithValues: ConnectionEnd.allCases.map { ($0, Counter()) })
  }

  func callStarted(_ method: MethodInfo, loop: Int) {
    methods[ObjectIdentifier(method)]?.started.wrappingAdd(1, ordering: .relaxed)
  }

  func callEnded(_ call: EndedCall, loop: Int) {
    guard let method = methods[ObjectIdentifier(call.method)] else { return }
    let code = Int(call.code.rawValue)
    method.handled[method.handled.indices.contains(code) ? code : 2].add()
    method.received.wrappingAdd(call.received, ordering: .relaxed)
    method.sent.wrappingAdd(call.sent, ordering: .relaxed)
    method.nanoseconds.wrappingAdd(call.nanoseconds, ordering: .relaxed)
    let seconds = Double(call.nanoseconds) / 1e9
    method.buckets[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count].add()
  }

  func connectionOpened(_ peer: Peer, loop: Int) { opened.add() }

  func connectionClosed(_ reason: ConnectionEnd, loop: Int) { closed[reason]?.add() }

  /// Adds what was counted to a page of metrics.
  func write(to page: inout MetricsPage) {
    let methods = self.methods.values.sorted { $0.info.path < $1.info.path }
    page.family("grpc_server_started_total", .counter, "RPCs started on the server.")
    for method in methods {
      page.sample(labels(method), Double(method.started.load(ordering: .relaxed)))
    }
    page.family("grpc_server_handled_total", .counter, "RPCs completed on the server.")
    for method in methods {
      for (code, counter) in method.handled.enumerated() where counter.count > 0 {
        let name = RPCCode(rawValue: Int32(code)).name
        page.sample(labels(method) + [("grpc_code", camelCase(name))], Double(counter.count))
      }
    }
    page.family("grpc_server_msg_received_total", .counter, "Messages received.")
    for method in methods {
      page.sample(labels(method), Double(method.received.load(ordering: .relaxed)))
    }
    page.family("grpc_server_msg_sent_total", .counter, "Messages sent.")
    for method in methods {
      page.sample(labels(method), Double(method.sent.load(ordering: .relaxed)))
    }
    page.family("grpc_server_handling_seconds", .histogram, "How long RPCs took, in seconds.")
    for method in methods { writeHistogram(method, to: &page) }
    page.family("pursight_connections_opened_total", .counter, "Connections made.")
    page.sample([], Double(opened.count))
    page.family("pursight_connections_closed_total", .counter, "Connections that ended.")
    for reason in ConnectionEnd.allCases {
      page.sample([("reason", reason.rawValue)], Double(closed[reason]?.count ?? 0))
    }
  }

  private func writeHistogram(_ method: Method, to page: inout MetricsPage) {
    var count = 0
    for (index, bucket) in method.buckets.enumerated() {
      count += bucket.count
      let bound = index < Self.bounds.count ? "\(Self.bounds[index])" : "+Inf"
      page.sample(labels(method) + [("le", bound)], Double(count), suffix: "_bucket")
    }
    let seconds = Double(method.nanoseconds.load(ordering: .relaxed)) / 1e9
    page.sample(labels(method), seconds, suffix: "_sum")
    page.sample(labels(method), Double(count), suffix: "_count")
  }

  private func labels(_ method: Method) -> [(String, String)] {
    let kind =
      switch method.info.kind {
      case .unary: "unary"
      case .clientStreaming: "client_stream"
      case .serverStreaming: "server_stream"
      case .bidirectionalStreaming: "bidi_stream"
      }
    return [
      ("grpc_type", kind), ("grpc_service", method.info.service),
      ("grpc_method", method.info.name),
    ]
  }

  /// `RESOURCE_EXHAUSTED` as dashboards know it: `ResourceExhausted`.
  private func camelCase(_ name: String) -> String {
    guard name != "OK" else { return name }
    return name.split(separator: "_").map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined()
  }
}
