internal import PurSightAPI
internal import PurSightCrypto
internal import PurSightRPC
internal import PurSightTransparencyLog

extension Audit {
  /// Replays the whole log and says whether it is complete and as it was signed.
  ///
  /// Waits until all events so far are in a checkpoint, reads every stored event, hashes it, and
  /// compares with what was signed. Memory does not grow with the log.
  ///
  /// - Parameters:
  ///   - key: What was pinned when the log was begun: the only thing that is trusted.
  ///   - store: Remembers what was seen, so that a log that is shortened or rewritten later is
  ///     refused;
  ///     nil: nothing is remembered.
  /// - Throws: `PERMISSION_DENIED`, reason `UNTRUSTED`, when the log is signed by another key. What
  ///   is wrong with the log itself is in the report.
  public func verify(
    _ key: VerifierKey, remembering store: (any CheckpointStore)? = nil
  ) async throws(PurSightError) -> LogReport {
    try await waitForEvents()
    let newest = try SignedCheckpoint(verifying: await checkpoint().note, key)
    var checkpoints = [newest.checkpoint]
    checkpoints += try await remembered(store, key)
    let report = try await replay(checkpoints, newest)
    if report.isIntact {
      do {
        try await store?.remember(newest.note)
      } catch {
        throw PurSightError(any: error)
      }
    }
    return report
  }

  /// What was seen of this log before. Notes that another key has signed are of another log.
  private func remembered(
    _ store: (any CheckpointStore)?, _ key: VerifierKey
  ) async throws(PurSightError) -> [PurSightTransparencyLog.Checkpoint] {
    do {
      return try await (store?.notes() ?? []).compactMap { note in
        do throws(PurSightError) {
          return try SignedCheckpoint(verifying: note, key).checkpoint
        } catch {
          guard error.reason == "UNTRUSTED" else { throw error }
          return nil
        }
      }
    } catch {
      throw PurSightError(any: error)
    }
  }

  /// Waits until the newest event is in a checkpoint, so that nothing is passed over.
  private func waitForEvents() async throws(PurSightError) {
    var events = events(limit: 1).makeAsyncIterator()
    do throws(PurSightError) {
      if let newest = try await events.next(), newest.leafIndex == nil {
        _ = try await proof(of: newest.id)
      }
    } catch {
      // A newest event that cannot be read any more is one of the things to be found.
      guard error.code == .dataLoss || error.code == .internal else { throw error }
    }
  }

  private func replay(
    _ checkpoints: [PurSightTransparencyLog.Checkpoint], _ newest: SignedCheckpoint
  ) async throws(PurSightError) -> LogReport {
    let found: PurSightTransparencyLog.LogReport
    do {
      var verifier = try LogVerifier(checkpoints: checkpoints)
      let request = ReadAuditLeavesRequest(endIndex: newest.size)
      let leaves = ServerStream(session) { [stub] (options) async throws(RPCError) in
        try await stub.readAuditLeaves(request, options)
      }
      // A range of nothing would mean the whole log.
      if newest.size > 0 {
        for try await response in leaves {
          for leaf in response.leaves {
            try verifier.consume(
              index: UInt64(clamping: leaf.leafIndex), body: leaf.body.isEmpty ? nil : leaf.body,
              storedLeafHash: SHA256Digest(bytes: leaf.leafHash))
          }
        }
      }
      found = verifier.finish()
    } catch let error as TransparencyLogError {
      throw PurSightError(error)
    } catch {
      throw PurSightError(any: error)
    }
    var problems: [LogReport.Problem] = []
    for finding in found.findings {
      problems.append(
        LogReport.Problem(
          finding, found.describe(finding),
          eventID: problems.count < Self.maxNamedProblems ? try await eventID(of: finding) : nil))
    }
    return LogReport(
      size: Int64(clamping: found.size), checkpoint: newest, problems: problems,
      isIntact: found.isIntact)
  }

  /// Problems whose event is looked up again for its id; more are only counted.
  private static let maxNamedProblems = 20

  /// The id that a changed event's bytes still say; nil where they do not.
  private func eventID(
    of finding: PurSightTransparencyLog.LogReport.Finding
  ) async throws(PurSightError) -> String? {
    guard case .changed(let index) = finding else { return nil }
    let place = Int64(clamping: index)
    let request = ReadAuditLeavesRequest(startIndex: place, endIndex: place + 1)
    let leaves = ServerStream(session) { [stub] (options) async throws(RPCError) in
      try await stub.readAuditLeaves(request, options)
    }
    var iterator = leaves.makeAsyncIterator()
    let body = try await iterator.next()?.leaves.first?.body ?? []
    return (try? PurSightTransparencyLog.AuditLeaf(decoding: body))?.eventID.description
  }
}
