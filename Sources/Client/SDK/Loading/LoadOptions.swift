public import PurSightAPI

/// How a load is made.
public struct LoadOptions: Sendable {
  /// The source that the rows come from; nil: not said.
  public var source: String?
  /// The file, table or topic inside the source; becomes an asset in the catalog.
  public var sourceURI = ""
  /// What becomes of rows that break a rule or do not fit.
  public var onBadRow = BadRowPolicy.quarantine
  /// The rules that check the rows; nil: the dataset's own.
  public var rules: String?
  /// Refuses to go on with an open load of the same id.
  public var createOnly = false
  /// How long to go on reconnecting without anything becoming durable; zero: gives up at once.
  public var retryFor = Duration.seconds(30)
  /// The most rows of one append.
  public var batchRows = 8192

  /// Rows of no source, bad ones into quarantine, 30 seconds of patience.
  public init() {}
}

/// How far a load is.
public struct LoadProgress: Sendable, Hashable {
  /// Rows before this offset are durable.
  public let committed: Int64
  /// Rows stored by this load so far.
  public let stored: Int64
  /// Rows that it put into quarantine so far.
  public let quarantined: Int64
  /// The dataset's revision that the last append made.
  public let revision: Int64
  /// The connection is lost and being made anew.
  public let isReconnecting: Bool
}

/// What a load came to.
@dynamicMemberLookup
public struct LoadReceipt: Sendable {
  /// The load as it was finished.
  public let writeStream: WriteStream
  /// The audit log's event, for `audit.proof(of:)`.
  public let auditID: String?

  /// Rows taken, stored or not.
  public var rows: Int64 { writeStream.nextOffset }
  /// Rows stored.
  public var stored: Int64 { writeStream.rowsStored }
  /// Rows in quarantine.
  public var quarantined: Int64 { writeStream.rowsQuarantined }

  /// Fields of the load can be read from the receipt itself.
  public subscript<Member>(dynamicMember path: KeyPath<WriteStream, Member>) -> Member {
    writeStream[keyPath: path]
  }
}
