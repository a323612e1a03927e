/// One evaluation of a rule set over the rows of a load, or of a whole revision.
package struct CheckRun: Hashable, Sendable {
  /// Numbers as in the API's `RunState`.
  package enum Life: Int16, Sendable {
    case running = 1
    case succeeded = 2
    case failed = 3
    case cancelled = 4
  }

  package var ruleSet: String
  package var ruleSetVersion: Int32
  package var datasetUID: String
  package var datasetFQN: String
  /// The write stream's id; nil: the whole revision.
  package var writeStream: String?
  package var dataRevision: Int64
  package var life: Life
  package var rows: Int64
  package var error: String
  package var state: ResourceState

  package init(
    ruleSet: String, ruleSetVersion: Int32, datasetUID: String, datasetFQN: String,
    writeStream: String?, dataRevision: Int64, life: Life, rows: Int64, error: String,
    state: ResourceState
  ) {
    self.ruleSet = ruleSet
    self.ruleSetVersion = ruleSetVersion
    self.datasetUID = datasetUID
    self.datasetFQN = datasetFQN
    self.writeStream = writeStream
    self.dataRevision = dataRevision
    self.life = life
    self.rows = rows
    self.error = error
    self.state = state
  }
}

/// A verdict as it is stored: its counts, and the whole of it in its wire form.
package struct StoredVerdict: Hashable, Sendable {
  package var ordinal: Int32
  package var ruleID: String
  /// Numbers as in the API's `Outcome`: 1 pass, 2 fail, 3 error, 4 not applicable.
  package var outcome: Int16
  /// Numbers as in the API's `Severity`.
  package var severity: Int16
  package var checked: Int64
  package var failed: Int64
  package var detail: [UInt8]

  package init(
    ordinal: Int32, ruleID: String, outcome: Int16, severity: Int16, checked: Int64,
    failed: Int64, detail: [UInt8]
  ) {
    self.ordinal = ordinal
    self.ruleID = ruleID
    self.outcome = outcome
    self.severity = severity
    self.checked = checked
    self.failed = failed
    self.detail = detail
  }
}
