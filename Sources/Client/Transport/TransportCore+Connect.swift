internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC
internal import PurSightTLS

extension TransportCore {
  /// Resolves the target on a thread of its own, then tries its addresses in order.
  func connect(on loop: EventLoop) {
    guard !isClosing else { return }
    link = .connecting
    let target = configuration.target
    do throws(NetError) {
      if target.hasPrefix("unix:") {
        return dial([try SocketAddress(parsing: target)][...], on: loop)
      }
      let (host, port) = try SocketAddress.split(target)
      if let address = SocketAddress(numeric: host, port: port) { return dial([address], on: loop) }
      let resolver = try Thread("pursight-dns") {
        let result: Result<[SocketAddress], NetError>
        do throws(NetError) {
          result = .success(try SocketAddress.resolve(host: host, port: port))
        } catch {
          result = .failure(error)
        }
        loop.submit { self.resolved(result, on: loop) }
      }
      resolver.detach()
    } catch {
      failed("\(target) cannot be reached: \(error.message).", on: loop)
    }
  }

  private func resolved(_ result: Result<[SocketAddress], NetError>, on loop: EventLoop) {
    switch result {
    case .success(let addresses): dial(addresses[...], on: loop)
    case .failure(let error):
      failed(
        "\(error.message). Check the name and the network.", on: loop)
    }
  }

  /// Tries the first address; the rest are tried when it fails.
  private func dial(_ addresses: ArraySlice<SocketAddress>, on loop: EventLoop) {
    guard !isClosing else { return }
    guard let address = addresses.first else {
      return failed("\(configuration.target) has no address.", on: loop)
    }
    let rest = addresses.dropFirst()
    let workspaces = self.workspaces ?? Workspaces()
    self.workspaces = workspaces
    do {
      let connection = try ClientConnection(
        self, loop, address, try makeTLSContext(), workspaces
      ) { [self] outcome in
        switch outcome {
        case .success(let connection): ready(connection)
        case .failure(let error) where rest.isEmpty: failed(error.message, on: loop)
        case .failure: dial(rest, on: loop)
        }
      }
      retired[ObjectIdentifier(connection)] = connection
    } catch let error as TLSError {
      failed("TLS cannot be set up: \(error.message).", on: loop)
    } catch let error as NetError {
      if rest.isEmpty {
        failed("\(configuration.target) cannot be reached: \(error.message).", on: loop)
      } else {
        dial(rest, on: loop)
      }
    } catch {
      failed("\(configuration.target) cannot be reached: \(error).", on: loop)
    }
  }

  /// Read anew after a failure, so that renewed certificate files are taken up.
  private func makeTLSContext() throws(TLSError) -> TLSContext? {
    guard let tls = configuration.tls else { return nil }
    if let tlsContext, attempts == 0 { return tlsContext }
    let context = try TLSContext(client: tls)
    tlsContext = context
    return context
  }

  private func ready(_ connection: ClientConnection) {
    retired[ObjectIdentifier(connection)] = nil
    guard !isClosing else {
      return connection.close(RPCError(.cancelled, "The client was closed."))
    }
    attempts = 0
    link = .ready(connection)
    startQueued()
  }

  /// Calls that do not wait for a connection end now; after a pause, the target is tried again for
  /// those that do.
  private func failed(_ message: String, on loop: EventLoop) {
    attempts += 1
    let error = RPCError(.unavailable, message)
    link = .waiting(error)
    let waiting = queue.filter(\.waitsForReady)
    for call in queue where !call.waitsForReady { call.fail(error, wasProcessed: true) }
    queue = waiting
    let timer = LoopTimer { [weak self] in
      guard let self, !self.isClosing else { return }
      if self.queue.isEmpty { self.link = .idle } else { self.connect(on: loop) }
    }
    backoffTimer = timer
    loop.schedule(timer, after: backoff)
  }

  /// Exponential with 20 % jitter either way, so that many clients do not come back at once.
  private var backoff: Duration {
    var pause = configuration.firstBackoff
    for _ in 1..<max(attempts, 1) where pause < configuration.maxBackoff { pause = pause * 1.6 }
    return min(pause, configuration.maxBackoff) * Double.random(in: 0.8...1.2)
  }
}
