/// Data went from one asset to another.
package struct LineageEdge: Hashable, Sendable {
  package struct Node: Hashable, Sendable {
    package let assetUID: String
    package let fqn: String
    /// 0: the whole asset.
    package let columnID: Int32
    package let column: String

    package init(assetUID: String, fqn: String, columnID: Int32 = 0, column: String = "") {
      self.assetUID = assetUID
      self.fqn = fqn
      self.columnID = columnID
      self.column = column
    }
  }

  package let from: Node
  package let to: Node
  /// What moved it: a resource name.
  package let job: String
  /// Microseconds since 1970-01-01T00:00:00Z.
  package let firstSeen: Int64
  package let lastSeen: Int64

  package init(from: Node, to: Node, job: String, firstSeen: Int64, lastSeen: Int64) {
    self.from = from
    self.to = to
    self.job = job
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
  }
}

/// Which way to look along the lineage. Numbers as in the API's `LineageDirection`.
package enum LineageDirection: Int16, Sendable {
  case both = 0
  case upstream = 1
  case downstream = 2
}
