internal import PurSightArrow
internal import PurSightCompute
internal import PurSightGovernance
internal import PurSightRows

/// What the server remembers of an open load between its appends: where it stands, what its rules
/// have seen, and the profile of its rows.
///
/// Single-owner: an append call takes it out of `LoadSessions` and puts it back; between the two
/// only one job at a time touches it, on the loop or on the compute executor. Thrown away when an
/// append that was checked could not be stored: what it has seen is then more than what is there.
final class LoadSession: @unchecked Sendable {
  /// `write_stream.write_stream_id`.
  let number: Int64
  let shape: BatchShape
  let rules: [Rule]
  /// The stream as it will be when everything that was checked is stored.
  var stream: WriteStream
  var decoder: ArrowDecoder
  var evaluator: RuleEvaluator?
  /// The sums of the rules after the last append that was accepted.
  var verdictState: [UInt8]?
  var hashes = BatchHashes()
  var profile: PurSightCompute.Profile

  init(
    number: Int64, stream: WriteStream, shape: BatchShape, rules: [Rule],
    evaluator: RuleEvaluator?, profile: PurSightCompute.Profile, decoder: consuming ArrowDecoder
  ) {
    self.number = number
    self.stream = stream
    self.shape = shape
    self.rules = rules
    self.evaluator = evaluator
    verdictState = evaluator?.snapshot
    self.profile = profile
    self.decoder = decoder
  }
}

/// The sessions of open loads that no append call is using.
actor LoadSessions {
  private let limit: Int
  private var sessions: [Int64: LoadSession] = [:]
  private var order: [Int64] = []

  init(limit: Int) { self.limit = limit }

  /// Takes the session of a stream, if it is here and is of this epoch and offset.
  func take(_ number: Int64, epoch: Int64, offset: Int64) -> LoadSession? {
    guard let session = sessions.removeValue(forKey: number) else { return nil }
    order.removeAll { $0 == number }
    return session.stream.epoch == epoch && session.stream.nextOffset == offset ? session : nil
  }

  /// Keeps a session for the next call; over the limit the oldest one goes and is made anew when
  /// needed.
  func put(_ session: LoadSession) {
    if sessions.updateValue(session, forKey: session.number) == nil { order.append(session.number) }
    while order.count > limit { sessions[order.removeFirst()] = nil }
  }

  func remove(_ number: Int64) {
    sessions[number] = nil
    order.removeAll { $0 == number }
  }
}
