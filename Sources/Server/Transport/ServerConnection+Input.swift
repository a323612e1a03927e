internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC
internal import PurSightTLS

extension ServerConnection: IOChannelHandler {
  func channelIsReady(_ readiness: Readiness) {
    if isClosed { return }
    if readiness.contains(.output) {
      isBlocked = false
      requestFlush()
    }
    if readiness.contains(.input) {
      receive()
    } else if readiness.contains(.hangUp) {
      close(.peerClosed)
    }
  }

  /// Reads what the turn allows; what is left is reported again.
  private func receive() {
    guard let channel else { return }
    let (loop, limits) = (home.loop, home.configuration.limits)
    if isHandshaking && !(home.admitsHandshake()) { return }
    var budget = limits.bytesPerTurn
    while budget > 0 {
      switch unsafe Socket.receive(channel.descriptor, into: loop.receiveBlock) {
      case .wouldBlock:
        return requestFlush()
      case .ended:
        return close(.peerClosed)
      case .bytes(let count):
        lastInput = loop.now
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: loop.receiveBlock[..<count])
        guard unsafe take(bytes) else { return }
        budget &-= count
        // A short read has emptied the socket.
        if unsafe count < loop.receiveBlock.count { return requestFlush() }
      }
    }
    requestFlush()
  }

  /// Takes bytes off the wire; returns whether the connection is still there.
  @inline(__always) private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let secure else { return unsafe takePlaintext(bytes) }
    unsafe secure.tls.feed(bytes)
    if isHandshaking && !goOnWithHandshake(secure) { return false }
    return isHandshaking ? true : decrypt(secure)
  }

  /// Decrypts all that was fed, a block at a time.
  @inline(__always) private func decrypt(_ secure: Secure) -> Bool {
    let block = unsafe home.plaintext
    while true {
      var filled = 0
      var state = TLSConnection.Read.bytes(0)
      while filled < block.count {
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: block[filled...])
        do throws(TLSError) {
          state = try unsafe secure.tls.read(into: rest)
        } catch {
          sendCiphertext()
          close(.tlsError)
          return false
        }
        guard case .bytes(let count) = state else { break }
        filled &+= count
      }
      if filled > 0 {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: block[..<filled])
        guard unsafe takePlaintext(bytes) else { return false }
      }
      switch state {
      case .bytes:
        continue
      case .wantsInput:
        // What reading made TLS answer: tickets, new keys.
        sendCiphertext()
        return !isClosed
      case .ended:
        close(.peerClosed)
        return false
      }
    }
  }

  /// One step of the handshake; returns whether the connection is still there.
  private func goOnWithHandshake(_ secure: Secure) -> Bool {
    do throws(TLSError) {
      let step = try secure.tls.handshake()
      sendCiphertext()
      if isClosed { return false }
      if case .wantsInput = step { return true }
    } catch {
      // What is there now is the alert that tells the peer why.
      sendCiphertext()
      close(.handshakeFailed)
      return false
    }
    guard let certificate = secure.tls.peerCertificate() else {
      established()
      return true
    }
    // An authority's own certificate is nobody's identity (X.509-SVID §5.2).
    guard !certificate.isAuthority else {
      close(.handshakeFailed)
      return false
    }
    peer = Peer(
      spiffeID: certificate.spiffeID, subject: certificate.subject, names: certificate.names,
      certificateFingerprint: certificate.fingerprint, address: peer.address, isEncrypted: true)
    established()
    return true
  }

  @inline(__always) private func takePlaintext(_ bytes: UnsafeRawBufferPointer) -> Bool {
    do throws(HTTP2Error) {
      try unsafe session.receive(bytes, now: home.loop.now)
    } catch {
      dispatch()
      close(.protocolError)
      return false
    }
    dispatch()
    if session.isInHeaderBlock != (headersSince != 0) { noteHeaderBlock() }
    return !isClosed
  }

  /// Remembers since when a header block has been incomplete.
  @inline(never) private func noteHeaderBlock() {
    headersSince = session.isInHeaderBlock ? home.loop.now : 0
    watch()
  }
}
