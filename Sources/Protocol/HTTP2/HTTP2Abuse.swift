/// The limit that a peer went over; its text goes into the GOAWAY's debug data and into metrics.
package enum HTTP2Abuse: String, Sendable, CaseIterable {
  /// It resets streams faster than it may (CVE-2023-44487).
  case resets = "too_many_resets"
  /// It makes us reset streams or refuse frames (CVE-2025-8671), or sends header lists over the
  /// limit.
  case violations = "too_many_violations"
  /// PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA (CVE-2019-9511 to 9518).
  case controlFrames = "too_many_control_frames"
  /// PINGs without need; the text is the one that gRPC's clients look for (gRFC A8).
  case pings = "too_many_pings"
  /// A header block in too many CONTINUATION frames (CVE-2024-28182).
  case continuations = "too_many_continuations"
  /// It has us answer and does not read the answers.
  case unreadAnswers = "too_many_unread_answers"
  /// What it speaks is not HTTP/2.
  case noHTTP2 = "no_http2_preface"

  /// What the peer is told.
  var code: HTTP2ErrorCode { self == .noHTTP2 ? .protocolError : .enhanceYourCalm }
}
