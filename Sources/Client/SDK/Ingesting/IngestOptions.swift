public import PurSightAPI

/// The form of a file that is loaded.
public enum FileFormat: String, Sendable, CaseIterable {
  case csv
  /// One flat JSON object per line.
  case jsonLines
  /// An Arrow IPC stream.
  case arrowStream

  /// The form that a file's name ends in; nil where it says nothing.
  public init?(path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "csv", "tsv", "txt": self = .csv
    case "jsonl", "ndjson", "json": self = .jsonLines
    case "arrow", "arrows", "ipc": self = .arrowStream
    default: return nil
    }
  }
}

/// How a file is loaded.
public struct IngestOptions: Sendable {
  /// What the first line of a CSV file is.
  public enum Header: String, Sendable {
    /// It names the columns; one that looks like data is an error.
    case expected
    /// It names the columns, whatever it looks like.
    case present
    /// It is data already; the columns are called `column1`, `column2` and so on.
    case absent
  }

  /// The id of the load, by which it can be found again; nil: the server makes one.
  public var id: String?
  /// The source that the file belongs to; nil: not said.
  public var source: String?
  /// The rules that check the rows; nil: the dataset's own.
  public var rules: String?
  /// What becomes of rows that break a rule, or do not parse.
  public var onBadRow = BadRowPolicy.quarantine
  /// The file's form; nil: what its name ends in, else CSV.
  public var format: FileFormat?
  /// The texts that stand for null in CSV.
  public var nullTokens = ["", "NA"]
  /// What stands between the fields of CSV; an ASCII character. nil: a tab for `.tsv`, else a
  /// comma.
  public var delimiter: Character?
  /// What stands around fields of CSV that hold the delimiter; nil: nothing does.
  public var quote: Character? = "\""
  /// What the first line of CSV is.
  public var header = Header.expected
  /// The types of columns that are not to be inferred, by name.
  public var types: [String: ColumnType] = [:]
  /// The most rows of one append.
  public var batchRows = 8192
  /// How long to go on reconnecting without anything becoming durable; zero: gives up at once.
  public var retryFor = Duration.seconds(30)

  /// Everything inferred, bad rows into quarantine, 30 seconds of patience.
  public init() {}
}

/// How far the load of a file is, each time the server has acknowledged rows.
public struct IngestProgress: Sendable {
  /// The load's id.
  public let id: String
  /// Rows before this offset are durable.
  public let committedOffset: Int64
  /// Rows that the server has stored, of this load.
  public let rowsStored: Int64
  /// Rows that it has put into quarantine, of this load.
  public let rowsQuarantined: Int64
  /// Bytes of the file that are durable.
  public let bytes: Int64
  /// Bytes of the file; 0: not known.
  public let totalBytes: Int64
  /// Since this program began to send.
  public let elapsed: Duration
  /// Rows that became durable since, per second.
  public let rowsPerSecond: Double
  /// The connection is lost and being made anew.
  public let isReconnecting: Bool
}

/// What the load of a file came to.
public struct IngestReport: Sendable {
  /// A column of the file.
  public struct Column: Sendable, Hashable {
    /// The column's name.
    public let name: String
    /// Arrow's name of the type.
    public let typeName: String
    /// Whether a null was seen.
    public let hasNulls: Bool
  }

  /// The dataset as it is now.
  public let dataset: Dataset
  /// The load as it was finished.
  public let writeStream: WriteStream
  /// The columns as they were inferred.
  public let columns: [Column]
  /// The texts that stood for null.
  public let nullTokens: [String]
  /// Bytes of the file.
  public let bytes: Int64
  /// Rows that this program has sent; those of the whole load are `rows`.
  public let rowsSent: Int64
  /// Since this program began to send.
  public let elapsed: Duration
  /// The audit log's event of the end of the load.
  public let auditID: String?

  /// The load's id.
  public var id: String { Names.id(writeStream.name) }
  /// Rows of the whole load, stored or not.
  public var rows: Int64 { writeStream.nextOffset }
  /// Rows stored, of the whole load.
  public var rowsStored: Int64 { writeStream.rowsStored }
  /// Rows in quarantine, of the whole load.
  public var rowsQuarantined: Int64 { writeStream.rowsQuarantined }
  /// The dataset's revision with the last of the rows.
  public var revision: Int64 { writeStream.revision }
  /// Columns in which a null was seen.
  public var nullColumnCount: Int { columns.count { $0.hasNulls } }
  /// Rows that this program has sent, per second.
  public var rowsPerSecond: Double { Double(rowsSent) / max(elapsed.inSeconds, 1e-9) }
}

extension Duration {
  /// The duration in seconds.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
