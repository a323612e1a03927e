/// A rule that does not hold for a dataset, from the first run that found it.
package struct Issue: Hashable, Sendable {
  /// Numbers as in the API's `IssueState`.
  package enum Life: Int16, Sendable {
    case open = 1
    case resolved = 2

    /// The word by which filters know it.
    package var word: String { String(describing: self) }
  }

  package var datasetUID: String
  package var datasetFQN: String
  package var ruleSet: String
  package var ruleID: String
  package var life: Life
  package var severity: Int16
  package var summary: String
  package var failingRows: Int64
  package var firstRun: String
  package var lastRun: String
  package var state: ResourceState

  package init(
    datasetUID: String, datasetFQN: String, ruleSet: String, ruleID: String, life: Life,
    severity: Int16, summary: String, failingRows: Int64, firstRun: String, lastRun: String,
    state: ResourceState
  ) {
    self.datasetUID = datasetUID
    self.datasetFQN = datasetFQN
    self.ruleSet = ruleSet
    self.ruleID = ruleID
    self.life = life
    self.severity = severity
    self.summary = summary
    self.failingRows = failingRows
    self.firstRun = firstRun
    self.lastRun = lastRun
    self.state = state
  }
}
