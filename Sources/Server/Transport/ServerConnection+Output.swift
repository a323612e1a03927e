internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC
internal import PurSightTLS

extension ServerConnection {
  /// Bytes of frames that are gathered for one encryption and one system call.
  private static let outputBytes = 64 << 10

  func channelFlush() {
    if isClosed || isHandshaking { return }
    if !isBlocked { flushPending() }
    var budget = home.configuration.limits.bytesPerTurn
    while !isClosed && !isBlocked && budget > 0 {
      let count = produce()
      if count == 0 { break }
      budget &-= count
      if count < Self.outputBytes { break }
      if budget <= 0 { requestFlush() }
    }
    if isClosed { return }
    if session.hasTooManyQueuedFrames { return close(.abused) }
    setInterest()
    if pending.isEmpty && session.isOver { shutDown(reasonOfEnd) }
  }

  /// What a session that is over is counted as.
  private var reasonOfEnd: ConnectionEnd {
    if session.abuse != nil { return .abused }
    return drain == .no ? .protocolError : endReason
  }

  /// Encrypts and sends one block of frames; returns its plaintext length.
  @inline(__always) private func produce() -> Int {
    let block = unsafe home.loop.sendBlock
    let count: Int
    do throws(HTTP2Error) {
      count = try unsafe session.produce(
        into: block, limit: Self.outputBytes, now: home.loop.now)
    } catch {
      close(.protocolError)
      return 0
    }
    dispatch()
    if count == 0 || isClosed { return 0 }
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: block[..<count])
    if let secure {
      do throws(TLSError) {
        try unsafe secure.tls.write(bytes)
      } catch {
        close(.tlsError)
        return 0
      }
      sendCiphertext()
    } else {
      unsafe send(bytes)
    }
    return count
  }

  /// Sends what TLS has produced.
  @inline(__always) func sendCiphertext() {
    let workspace = home.tls
    if workspace.count == 0 { return }
    unsafe send(workspace.ciphertext)
    workspace.removeAll()
  }

  /// Sends now, or keeps what the socket does not take.
  @inline(__always) private func send(_ bytes: UnsafeRawBufferPointer) {
    guard let channel else { return }
    if !pending.isEmpty || isBlocked { return unsafe keep(bytes) }
    var offset = 0
    while offset < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset...])
      switch unsafe Socket.send(channel.descriptor, rest) {
      case .bytes(let count):
        offset &+= count
        lastWrite = home.loop.now
      case .wouldBlock:
        isBlocked = true
        return unsafe keep(rest)
      case .ended:
        return close(.peerClosed)
      }
    }
  }

  @inline(never) private func keep(_ bytes: UnsafeRawBufferPointer) {
    unsafe pending.append(bytes)
    isBlocked = true
    setInterest()
    watch()
  }

  private func flushPending() {
    guard let channel else { return }
    while !pending.isEmpty {
      switch unsafe Socket.send(channel.descriptor, pending.bytes) {
      case .bytes(let count):
        pending.removeFirst(count)
        lastWrite = home.loop.now
      case .wouldBlock:
        isBlocked = true
        return
      case .ended:
        return close(.peerClosed)
      }
    }
    pending.removeAll()
  }

  /// Reads only from a peer that reads: over the limit of pending bytes its requests wait.
  @inline(__always) private func setInterest() {
    var interest: Readiness = []
    if pending.count < (home.configuration.limits.maxPendingBytes) {
      interest.formUnion(.input)
    }
    if isBlocked { interest.formUnion(.output) }
    channel?.setInterest(interest)
  }

  /// Ends an orderly connection: close_notify where there is TLS, then the socket.
  func shutDown(_ reason: ConnectionEnd) {
    if let secure, !isHandshaking {
      secure.tls.close()
      sendCiphertext()
    }
    close(reason, lingers: true)
  }
}
