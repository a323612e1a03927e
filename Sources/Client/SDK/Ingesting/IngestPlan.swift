internal import PurSightAPI
internal import PurSightArrow
internal import PurSightFormats
internal import PurSightJSON
internal import PurSightRPC

/// Which file is loaded and how it is read: all that another process needs to go on.
struct IngestPlan: Sendable {
  let path: String
  let format: FileFormat
  let options: IngestOptions
  let delimiter: UInt8
  let quote: UInt8?
  /// Types of the dataset's own columns, which win over inference.
  private(set) var datasetTypes: [String: ArrowType] = [:]
  /// Whether the dataset's types are taken; nil: where there are any. Kept with the load, so that
  /// the columns that a load has brought itself do not change how its file is read.
  private(set) var usesDatasetTypes: Bool?

  /// Takes the types of a dataset's columns, unless the load was begun without them.
  mutating func take(_ columns: [Column]) {
    let isUsing = usesDatasetTypes ?? !columns.isEmpty
    usesDatasetTypes = isUsing
    guard isUsing else { return }
    for column in columns { datasetTypes[column.name] = ArrowType(column.type) }
  }

  /// - Throws: `INVALID_ARGUMENT` for an option that cannot be.
  init(path: String, _ options: IngestOptions) throws(PurSightError) {
    self.path = SmallFile.absolute(path)
    self.options = options
    format = options.format ?? FileFormat(path: path) ?? .csv
    let comma: Character = path.lowercased().hasSuffix(".tsv") ? "\t" : ","
    delimiter = try Self.byte(options.delimiter ?? comma, "delimiter")
    quote = try options.quote.map { (quote) throws(PurSightError) in
      try Self.byte(quote, "quote")
    }
    guard options.batchRows > 0 else {
      throw PurSightError(.invalidArgument, "An append has at least one row.")
    }
  }

  private static func byte(_ character: Character, _ what: String) throws(PurSightError) -> UInt8 {
    if let byte = character.asciiValue { return byte }
    throw PurSightError(
      .invalidArgument, "The \(what) is \"\(character)\"; it is one ASCII character.")
  }

  /// Bytes of the file after which a batch ends.
  private static let batchBytes = LoadLimits.appendBytes

  private var types: [String: ArrowType] {
    datasetTypes.merging(options.types.mapValues { ArrowType($0) }) { _, chosen in chosen }
      .filter { CSVOptions.canRead($0.value) }
  }

  private var badRows: PurSightFormats.BadRowPolicy {
    options.onBadRow == .rejectBatch ? .fail : .quarantine
  }

  var csv: CSVOptions {
    var csv = CSVOptions()
    csv.delimiter = delimiter
    csv.quote = quote
    csv.header =
      switch options.header {
      case .expected: .expected
      case .present: .present
      case .absent: .absent
      }
    csv.nullTokens = options.nullTokens
    csv.types = types
    csv.badRows = badRows
    csv.batchRows = options.batchRows
    csv.batchBytes = Self.batchBytes
    return csv
  }

  var json: JSONLinesOptions {
    var json = JSONLinesOptions()
    json.types = types
    json.badRows = badRows
    json.batchRows = options.batchRows
    json.batchBytes = Self.batchBytes
    return json
  }
}

// As it is kept with the load.
extension IngestPlan {
  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.key("path")
    json.string(path)
    json.key("format")
    json.string(format.rawValue)
    json.key("nulls")
    json.value(.array(options.nullTokens.map { .string($0) }))
    json.key("delimiter")
    json.integer(delimiter)
    if let quote {
      json.key("quote")
      json.integer(quote)
    }
    json.key("header")
    json.string(options.header.rawValue)
    json.key("badRows")
    json.integer(options.onBadRow.rawValue)
    json.key("typed")
    json.bool(usesDatasetTypes ?? false)
    json.key("types")
    json.beginObject()
    for (name, type) in options.types.sorted(by: { $0.key < $1.key }) {
      json.key(name)
      json.integer(type.rawValue)
    }
    json.endObject()
    json.endObject()
  }

  /// - Parameter base: What is not kept: id, source, rules, patience, the size of appends.
  init(_ json: JSONValue, _ base: IngestOptions) throws(PurSightError) {
    var options = base
    let unreadable = PurSightError(
      .failedPrecondition,
      "The load's resume token is none of a file that this client can go on with.",
      reason: "RESUME_TOKEN", advice: "Load the file anew, under another id.")
    guard let path = json["path"]?.text,
      let format = json["format"]?.text.flatMap(FileFormat.init(rawValue:)),
      let header = json["header"]?.text.flatMap(IngestOptions.Header.init(rawValue:)),
      let delimiter = json["delimiter"]?.integer.flatMap({ UInt8(exactly: $0) }),
      case .array(let nulls)? = json["nulls"], case .object(let types)? = json["types"],
      let badRows = json["badRows"]?.integer.flatMap({ Int32(exactly: $0) })
    else { throw unreadable }
    options.format = format
    options.header = header
    options.delimiter = Character(UnicodeScalar(delimiter))
    options.quote = json["quote"]?.integer.flatMap { UInt8(exactly: $0) }
      .map { Character(UnicodeScalar($0)) }
    options.nullTokens = nulls.compactMap(\.text)
    options.onBadRow = PurSightAPI.BadRowPolicy(rawValue: badRows)
    for type in types {
      options.types[type.key] = type.value.integer.flatMap { Int32(exactly: $0) }
        .map { ColumnType(rawValue: $0) }
    }
    try self.init(path: path, options)
    if case .bool(let isTyped)? = json["typed"] { usesDatasetTypes = isTyped }
  }

  /// The same file at another place.
  func at(_ path: String) throws(PurSightError) -> IngestPlan {
    var plan = try IngestPlan(path: path, options)
    plan.usesDatasetTypes = usesDatasetTypes
    return plan
  }
}

extension JSONValue {
  /// The integer of a number; nil for anything else.
  var integer: Int64? {
    if case .number(let number) = self { number.integer() } else { nil }
  }
}
