/// What becomes of rows that break a rule or do not fit the schema. Numbers as in the API.
package enum BadRowPolicy: Int16, Sendable {
  case quarantine = 1
  case rejectBatch = 2
}

/// One load into a dataset: exactly once, resumable at `nextOffset`.
package struct WriteStream: Hashable, Sendable {
  /// Numbers as in the API's `WriteStreamState`.
  package enum Life: Int16, Sendable {
    case open = 1
    case finished = 2
    case aborted = 3
  }

  /// The id as the caller chose it.
  package var id: String
  package var datasetUID: String
  package var datasetFQN: String
  /// The source's slug; nil: not said.
  package var source: String?
  package var sourceURI: String
  package var life: Life
  /// Grows with every writer that opens the stream.
  package var epoch: Int64
  /// The offset that the next append has to name.
  package var nextOffset: Int64
  package var rowsStored: Int64
  package var rowsQuarantined: Int64
  package var commits: Int64
  package var onBadRow: BadRowPolicy
  package var ruleSet: String?
  package var ruleSetVersion: Int32
  package var checkRunUID: String?
  /// The schema message of an Arrow IPC stream, as the writer gave it.
  package var arrowSchema: [UInt8]
  package var schemaVersion: Int32
  package var resumeToken: [UInt8]
  package var dataRevision: Int64
  package var segmentsDigest: [UInt8]
  /// Microseconds since 1970-01-01T00:00:00Z.
  package var lastCommitTime: Int64?
  package var state: ResourceState

  package init(
    id: String, datasetUID: String, datasetFQN: String, source: String?, sourceURI: String,
    life: Life, epoch: Int64, nextOffset: Int64, rowsStored: Int64, rowsQuarantined: Int64,
    commits: Int64, onBadRow: BadRowPolicy, ruleSet: String?, ruleSetVersion: Int32,
    checkRunUID: String?, arrowSchema: [UInt8], schemaVersion: Int32, resumeToken: [UInt8],
    dataRevision: Int64, segmentsDigest: [UInt8], lastCommitTime: Int64?, state: ResourceState
  ) {
    self.id = id
    self.datasetUID = datasetUID
    self.datasetFQN = datasetFQN
    self.source = source
    self.sourceURI = sourceURI
    self.life = life
    self.epoch = epoch
    self.nextOffset = nextOffset
    self.rowsStored = rowsStored
    self.rowsQuarantined = rowsQuarantined
    self.commits = commits
    self.onBadRow = onBadRow
    self.ruleSet = ruleSet
    self.ruleSetVersion = ruleSetVersion
    self.checkRunUID = checkRunUID
    self.arrowSchema = arrowSchema
    self.schemaVersion = schemaVersion
    self.resumeToken = resumeToken
    self.dataRevision = dataRevision
    self.segmentsDigest = segmentsDigest
    self.lastCommitTime = lastCommitTime
    self.state = state
  }
}
