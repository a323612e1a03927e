/// A resource as it is after a change: one row of its append-only history.
package struct ResourceVersion: Hashable, Sendable {
  /// The kinds of resources that have versions; the numbers are stored.
  package enum Kind: Int16, Hashable, Sendable, CaseIterable {
    case source = 1
    case asset = 2
    case dataset = 3
    case writeStream = 4
    case ruleSet = 5
    case checkRun = 6
    case issue = 7
    case roleBinding = 8
  }

  /// What made the version; the numbers are stored.
  package enum Operation: Int16, Hashable, Sendable, CaseIterable {
    case create = 1
    case update = 2
    case delete = 3
    case undelete = 4
    case purge = 5
  }

  package let kind: Kind
  /// The resource's uid in its 36-character form.
  package let uid: String
  package let revision: Int64
  package let operation: Operation
  /// The resource in its wire form; opaque to Storage.
  package let body: [UInt8]

  package init(
    _ kind: Kind, uid: String, revision: Int64, operation: Operation, body: [UInt8]
  ) {
    self.kind = kind
    self.uid = uid
    self.revision = revision
    self.operation = operation
    self.body = body
  }
}
