internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC
internal import PurSightTLS

extension ClientConnection {
  /// Bytes that are read in one turn before others get theirs.
  private static var maxBytesPerTurn: Int { 256 << 10 }
  private static var produceBytes: Int { 64 << 10 }

  // MARK: IOChannelHandler

  func channelIsReady(_ readiness: Readiness) {
    if phase == .connecting { return connected() }
    if readiness.contains(.output) {
      isBlocked = false
      channel?.requestFlush()
    }
    if readiness.contains(.input) || readiness.contains(.hangUp) { readInput() }
  }

  func channelFlush() {
    guard phase != .closed, phase != .connecting, !isBlocked else { return }
    if !pending.isEmpty, !sendPending() { return }
    guard phase != .handshaking else { return }
    writeOutput()
    if phase != .closed { channel?.setInterest(isBlocked ? [.input, .output] : .input) }
  }

  // MARK: Connecting

  private func connected() {
    guard let channel else { return }
    if let error = Socket.pendingError(channel.descriptor, "\(address)") {
      let hint =
        error.message.contains("refused")
        ? "Nothing listens there: start the server, or check the address." : "Check the address."
      return close(RPCError(.unavailable, "\(authority): \(error.message). \(hint)"))
    }
    channel.setInterest(.input)
    if secure == nil {
      phase = .greeting
      channel.requestFlush()
    } else {
      phase = .handshaking
      shakeHands()
    }
  }

  private func shakeHands() {
    guard let secure else { return }
    do throws(TLSError) {
      let step = try secure.tls.handshake()
      guard sendCiphertext() else { return }
      if step == .done {
        phase = .greeting
        channel?.requestFlush()
        readPlaintext()
      }
    } catch {
      _ = sendCiphertext()
      close(RPCError(.unavailable, Self.explain(error, authority)))
    }
  }

  /// What a failed handshake most likely means, and what to do.
  private static func explain(_ error: TLSError, _ authority: String) -> String {
    let text = error.message.lowercased()
    let advice: String
    if text.contains("wrong version number") || text.contains("packet length") {
      advice = "The server does not speak TLS on this port; check the port, or use plaintext."
    } else if text.contains("certificate required") {
      advice = "The server wants a client certificate: give certificate and key."
    } else if text.contains("certificate has expired") || text.contains("certificate expired") {
      advice = "A certificate has expired: renew it."
    } else if text.contains("ip address mismatch") || text.contains("hostname mismatch") {
      advice = "The server's certificate is for another name: check the address or its names."
    } else if text.contains("verify failed") || text.contains("unknown ca") {
      advice = "The certificate's issuer is not trusted: give the right CA file."
    } else if text.contains("bad certificate") || text.contains("alert") {
      advice = "The server refused our certificate: check that its own CA has issued it."
    } else {
      advice = "Check the certificates on both sides."
    }
    return "TLS with \(authority) failed: \(error.message). \(advice)"
  }

  // MARK: Input

  private func readInput() {
    guard let channel else { return }
    var budget = Self.maxBytesPerTurn
    while budget > 0, phase != .closed {
      let block = unsafe loop.receiveBlock
      switch unsafe Socket.receive(channel.descriptor, into: block) {
      case .wouldBlock: budget = 0
      case .ended: return lost()
      case .bytes(let count):
        lastInput = loop.now
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: block[..<count])
        if let secure {
          unsafe secure.tls.feed(bytes)
          if phase == .handshaking { shakeHands() } else { readPlaintext() }
        } else {
          unsafe receive(bytes)
        }
        budget = count < block.count ? 0 : budget - count
      }
    }
    if phase != .closed { channel.requestFlush() }
  }

  private func readPlaintext() {
    guard let secure else { return }
    while phase != .closed {
      do throws(TLSError) {
        switch try unsafe secure.tls.read(into: workspaces.plaintext) {
        case .wantsInput:
          _ = sendCiphertext()
          return
        case .ended: return lost()
        case .bytes(let count):
          unsafe receive(UnsafeRawBufferPointer(rebasing: workspaces.plaintext[..<count]))
        }
      } catch {
        return close(RPCError(.unavailable, Self.explain(error, authority)))
      }
    }
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    do throws(HTTP2Error) {
      try unsafe session.receive(bytes, now: loop.now)
    } catch {
      return close(
        RPCError(
          .unavailable, "\(authority) does not speak HTTP/2: \(error.message). Check the port."))
    }
    dispatch()
  }

  private func lost() {
    let what: String
    switch phase {
    case .ready:
      what = "was lost. The server may be restarting; try again"
    case .greeting where secure == nil:
      what = "was closed by the server. It may want TLS: give its CA file"
    case .greeting where transport.configuration.tls?.identity == nil:
      what = "was closed by the server. It may want a client certificate: give certificate and key"
    case .greeting:
      what = "was closed by the server. It may not accept our certificate: check who has issued it"
    case .connecting, .handshaking, .closed:
      what = "was closed during the TLS handshake. Check the port, and that the server is up"
    }
    close(RPCError(.unavailable, "The connection to \(authority) \(what)."))
  }

  // MARK: Output

  private func writeOutput() {
    while phase != .closed, !isBlocked {
      let count: Int
      do throws(HTTP2Error) {
        count = try unsafe session.produce(
          into: loop.sendBlock, limit: Self.produceBytes, now: loop.now)
      } catch {
        return close(RPCError(.unavailable, "The connection broke: \(error.message)."))
      }
      if count > 0 {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: loop.sendBlock[..<count])
        guard unsafe write(bytes) else { return }
      }
      dispatch()
      if count < Self.produceBytes { break }
    }
    if phase != .closed, session.isOver {
      close(RPCError(.unavailable, "The server at \(authority) ended the connection."))
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let secure else { return unsafe send(bytes) }
    do throws(TLSError) {
      unsafe try secure.tls.write(bytes)
    } catch {
      close(RPCError(.unavailable, Self.explain(error, authority)))
      return false
    }
    return sendCiphertext()
  }

  private func sendCiphertext() -> Bool {
    let bytes = unsafe workspaces.tls.ciphertext
    defer { workspaces.tls.removeAll() }
    return unsafe bytes.isEmpty ? true : send(bytes)
  }

  /// Sends what the socket takes and keeps the rest. False: the connection is gone.
  private func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let channel else { return false }
    var rest = unsafe bytes
    if !isBlocked, pending.isEmpty {
      loop: while unsafe !rest.isEmpty {
        switch unsafe Socket.send(channel.descriptor, rest) {
        case .bytes(let count): unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        case .wouldBlock: break loop
        case .ended:
          lost()
          return false
        }
      }
    }
    if unsafe !rest.isEmpty {
      unsafe pending.append(rest)
      isBlocked = true
      channel.setInterest([.input, .output])
    }
    return true
  }

  /// False: the socket takes nothing now, or the connection is gone.
  private func sendPending() -> Bool {
    guard let channel else { return false }
    while !pending.isEmpty {
      switch unsafe Socket.send(channel.descriptor, pending.bytes) {
      case .bytes(let count): pending.removeFirst(count)
      case .wouldBlock:
        isBlocked = true
        channel.setInterest([.input, .output])
        return false
      case .ended:
        lost()
        return false
      }
    }
    return true
  }
}
