/// What a session offers its peer and what it takes from it.
///
/// The limits answer the published attacks on HTTP/2: CVE-2023-44487 (rapid reset), CVE-2024-28182
/// (CONTINUATION), CVE-2025-8671 (made resets), CVE-2019-9511 to 9518 (floods).
package struct HTTP2Configuration: Hashable, Sendable {
  /// Streams a peer may have open (SETTINGS_MAX_CONCURRENT_STREAMS).
  package var maxConcurrentStreams: UInt32 = 100
  /// Bytes of body a stream may have under way (SETTINGS_INITIAL_WINDOW_SIZE).
  package var streamWindowBytes: Int32 = 1 << 20
  /// Bytes of body all streams together may have under way: what a connection can make us buffer.
  package var connectionWindowBytes: Int32 = 4 << 20
  /// Size of a received header list, each field with 32 bytes on top.
  package var maxHeaderListBytes = 16 << 10
  /// `outbound` below which a waiting writer goes on.
  package var lowWaterBytes = 128 << 10
  /// Frames that wait to be written before the session ends.
  package var maxQueuedFrames = 1000
  /// Acknowledgements of SETTINGS and PING that wait to be written.
  package var maxQueuedAcknowledgements = 200
  /// Settings in one SETTINGS frame.
  package var maxSettings = 32
  /// CONTINUATION frames of one header block.
  package var maxContinuations = 4
  /// Streams a peer may reset: at once, and per second over time.
  package var streamResets = Rate(burst: 200, perSecond: 20)
  /// Violations we have to answer: 1 for a stream we reset or a frame we refuse, 10 for a header
  /// list that is too long.
  package var violations = Rate(burst: 200, perSecond: 20)
  /// Frames that cost work and carry nothing: PING 10, SETTINGS 10, PRIORITY 1, empty DATA 1,
  /// GOAWAY 10, WINDOW_UPDATE 1. A PING that answers data of ours (bandwidth estimation) costs
  /// 1/20, and two WINDOW_UPDATEs for each DATA frame of ours are free.
  package var controlFrames = Rate(burst: 1000, perSecond: 200)

  /// Time between the PINGs of a client with open calls; without data of ours in between.
  package var pingInterval = Duration.seconds(20)
  /// The same without open calls.
  package var idlePingInterval = Duration.seconds(300)
  /// PINGs that may come earlier than that before the peer is sent away.
  package var maxPingStrikes = 2

  /// So many at once, so many per second over time.
  package struct Rate: Hashable, Sendable {
    package var burst: UInt32
    package var perSecond: UInt32

    package init(burst: UInt32, perSecond: UInt32) {
      (self.burst, self.perSecond) = (burst, perSecond)
    }
  }

  package init() {}
}
