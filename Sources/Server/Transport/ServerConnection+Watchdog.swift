internal import PurSightHTTP2
internal import PurSightNet
internal import PurSightRPC

// One timer per connection looks at everything that has to go on within a time.
extension ServerConnection {
  /// Has the connection looked at when the next of its deadlines may have passed.
  func watch() {
    guard !isClosed else { return }
    let due = nextLook()
    if watchdogAt <= due { return }
    watchdogAt = due
    let timer = watchdog ?? LoopTimer { [unowned self] in look() }
    watchdog = timer
    home.loop.schedule(timer, at: due)
  }

  private func nextLook() -> UInt64 {
    let (now, timeouts) = (home.loop.now, home.timeouts)
    if isHandshaking { return openedAt + timeouts.handshake }
    if drain == .announced { return now + timeouts.drainRoundTrip }
    if !hasPeerSettings { return max(openedAt + timeouts.preface, now) }
    if unsafe !calls.isEmpty || !pending.isEmpty || headersSince != 0 {
      return now + timeouts.round
    }
    if drain == .final { return now + timeouts.round }
    return max(min(lastActivity + timeouts.idle, agesAt), now)
  }

  private func look() {
    watchdogAt = .max
    let (now, timeouts) = (home.loop.now, home.timeouts)
    if isHandshaking {
      if now >= openedAt + timeouts.handshake { return close(.handshakeTimeout) }
    } else if drain == .announced {
      finishDrain()
    } else if !hasPeerSettings {
      if now >= openedAt + timeouts.preface { return close(.prefaceTimeout) }
    } else if headersSince != 0 && now >= headersSince + timeouts.headers {
      return close(.headerTimeout)
    } else if !pending.isEmpty && now >= lastWrite + timeouts.responseStall {
      return close(.stalled)
    } else if now >= agesAt {
      age(now)
    } else if unsafe calls.isEmpty {
      if drain == .no && now >= lastActivity + timeouts.idle { endIdle() }
    } else {
      resetStalledCalls(now)
      keepAlive(now)
    }
    watch()
  }

  /// Has an old connection replaced: its peer is told, and has the grace for its calls.
  private func age(_ now: UInt64) {
    if drain == .no {
      endReason = .aged
      beginDrain()
      agesAt = now + home.timeouts.ageGrace
    } else {
      agesAt = .max
      // A server that drains has a grace of its own.
      if endReason == .aged { endDrain() }
    }
  }

  /// Asks a peer that has been silent under open calls for a sign of life: its machine may be gone,
  /// and TCP does not say so.
  private func keepAlive(_ now: UInt64) {
    let timeouts = home.timeouts
    if pingedAt != 0 {
      if lastInput >= pingedAt {
        pingedAt = 0
      } else if now >= pingedAt + timeouts.keepaliveAnswer {
        return close(.keepaliveTimeout)
      }
    } else if now >= lastInput + timeouts.keepalive {
      pingedAt = now
      session.ping()
      requestFlush()
    }
  }

  /// Says goodbye to a peer that has not called for long.
  private func endIdle() {
    drain = .final
    session.goAway(.noError)
    requestFlush()
  }

  /// Ends calls whose peer neither sends what is waited for nor takes what is there for it.
  private func resetStalledCalls(_ now: UInt64) {
    let timeouts = home.timeouts
    for index in unsafe calls.indices {
      let current = unsafe calls[index].takeUnretainedValue()
      if current.stream.isClosed { continue }
      let awaitsRequest =
        current.route >= 0 && !current.isRunning && current.answer == .none
      if awaitsRequest && now >= current.lastInput + timeouts.requestStall {
        current.fail(RPCError(.deadlineExceeded, "The request did not arrive in time."))
      }
      let awaitsRest =
        current.stream.takesRest && !current.stream.isInboundEnded
        && current.stream.outbound.isEmpty
      if awaitsRest && now >= current.lastInput + timeouts.requestStall {
        session.reset(current.stream, .noError)
        requestFlush()
      }
      let progress = max(current.stream.lastProgress, current.startedAt)
      let awaitsReader = !current.stream.outbound.isEmpty && pending.isEmpty
      if awaitsReader && now >= progress + timeouts.responseStall {
        session.reset(current.stream, .cancel)
        requestFlush()
      }
    }
  }
}
