internal import PurSightNet
internal import PurSightRPC

/// A listener's router, laid out for the hot path: what a call needs of its method is found by
/// index, without following or counting a reference.
final class RouteTable: Sendable {
  /// What the transport has to know of a method.
  struct Facts {
    let clientStreams: Bool
    let serverStreams: Bool
    /// Nanoseconds; 0 without one.
    let defaultDeadline: UInt64
    /// Health: answered by a server that is full, too.
    let isControl: Bool
  }

  /// A handler in a structure: an array of bare functions would hold them behind generic thunks.
  struct Handler: Sendable {
    let run: RPCHandler
  }

  let router: Router
  let facts: [Facts]
  let methods: [MethodInfo]
  let handlers: [Handler]
  /// How messages read as JSON; nil: they do not.
  let json: (any MethodJSON)?

  init(_ router: Router, json: (any MethodJSON)?) {
    self.router = router
    self.json = json
    methods = router.routes.map(\.method)
    handlers = router.routes.map { Handler(run: $0.handler) }
    facts = methods.map { method in
      Facts(
        clientStreams: method.clientStreams, serverStreams: method.serverStreams,
        defaultDeadline: method.defaultDeadline.map(nanoseconds) ?? 0,
        isControl: method.service == "grpc.health.v1.Health")
    }
  }
}
