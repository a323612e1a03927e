internal import PurSightHTTP2

// The limits of the HTTP/2 layer as plain numbers, for a configuration that knows no HTTP/2.
extension ServerConfiguration {
  /// Streams a peer may have open.
  package var streamsPerConnection: Int {
    get { Int(http2.maxConcurrentStreams) }
    set { http2.maxConcurrentStreams = UInt32(clamping: newValue) }
  }

  /// Bytes of a request's header list, each field with 32 on top.
  package var headerBytes: Int {
    get { http2.maxHeaderListBytes }
    set { http2.maxHeaderListBytes = newValue }
  }

  /// Bytes of body that one stream may have under way.
  package var streamWindowBytes: Int {
    get { Int(http2.streamWindowBytes) }
    set { http2.streamWindowBytes = Int32(clamping: newValue) }
  }

  /// Bytes of body that all streams of a connection may have under way.
  package var connectionWindowBytes: Int {
    get { Int(http2.connectionWindowBytes) }
    set { http2.connectionWindowBytes = Int32(clamping: newValue) }
  }

  /// CONTINUATION frames of one header block.
  package var continuations: Int {
    get { http2.maxContinuations }
    set { http2.maxContinuations = newValue }
  }

  /// Settings in one SETTINGS frame.
  package var settingsPerFrame: Int {
    get { http2.maxSettings }
    set { http2.maxSettings = newValue }
  }

  /// Acknowledgements that wait to be written.
  package var queuedAcknowledgements: Int {
    get { http2.maxQueuedAcknowledgements }
    set { http2.maxQueuedAcknowledgements = newValue }
  }

  /// Frames that wait to be written.
  package var queuedFrames: Int {
    get { http2.maxQueuedFrames }
    set { http2.maxQueuedFrames = newValue }
  }

  /// Time between the PINGs of a client with open calls.
  package var pingInterval: Duration {
    get { http2.pingInterval }
    set { http2.pingInterval = newValue }
  }

  /// The same without open calls.
  package var idlePingInterval: Duration {
    get { http2.idlePingInterval }
    set { http2.idlePingInterval = newValue }
  }
}

// Budgets: so many at once, so many per second over time.
extension ServerConfiguration {
  /// Streams that a peer may reset at once.
  package var resetBurst: Int {
    get { Int(http2.streamResets.burst) }
    set { http2.streamResets.burst = UInt32(clamping: newValue) }
  }

  /// Streams that a peer may reset per second.
  package var resetsPerSecond: Int {
    get { Int(http2.streamResets.perSecond) }
    set { http2.streamResets.perSecond = UInt32(clamping: newValue) }
  }

  /// Violations at once; see `HTTP2Configuration.violations`.
  package var violationBurst: Int {
    get { Int(http2.violations.burst) }
    set { http2.violations.burst = UInt32(clamping: newValue) }
  }

  /// Violations per second.
  package var violationsPerSecond: Int {
    get { Int(http2.violations.perSecond) }
    set { http2.violations.perSecond = UInt32(clamping: newValue) }
  }

  /// Frames that carry nothing, at once; see `HTTP2Configuration.controlFrames`.
  package var controlBurst: Int {
    get { Int(http2.controlFrames.burst) }
    set { http2.controlFrames.burst = UInt32(clamping: newValue) }
  }

  /// Frames that carry nothing, per second.
  package var controlPerSecond: Int {
    get { Int(http2.controlFrames.perSecond) }
    set { http2.controlFrames.perSecond = UInt32(clamping: newValue) }
  }
}
