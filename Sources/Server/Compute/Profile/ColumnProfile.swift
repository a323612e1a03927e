internal import PurSightArrow

/// The mergeable state of one column.
struct ColumnProfile: Sendable {
  /// What is kept of the values.
  enum Values: Sendable {
    case numbers(NumberProfile)
    case texts(TextProfile)
    case booleans(falses: Int64, trues: Int64)
    /// Of columns without values.
    case none
  }

  let name: String
  let type: ArrowType
  private(set) var rows: Int64 = 0
  private(set) var nulls: Int64 = 0
  /// NaNs among the values; they are no part of `values`.
  private(set) var nans: Int64 = 0
  private(set) var values: Values

  init(_ field: ArrowField) {
    name = field.name
    type = field.type
    values =
      switch field.type {
      case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32: .numbers(.init(.signed))
      case .uint64: .numbers(.init(.unsigned))
      case .float32, .float64, .decimal128: .numbers(.init(.double))
      case .date32, .date64, .time32, .time64, .timestamp, .duration: .numbers(.init(.tick))
      case .utf8, .largeUtf8, .binary, .largeBinary, .fixedSizeBinary: .texts(.init())
      case .bool: .booleans(falses: 0, trues: 0)
      case .null: .none
      }
  }

  /// A column that is null in every one of some rows.
  init(_ field: ArrowField, nulls rows: Int64) {
    self.init(field)
    self.rows = rows
    nulls = rows
  }

  /// Adds the rows of a column of the state's type.
  mutating func add(_ column: ArrowColumn, _ hashes: [UInt64], _ scratch: inout KeyScratch) {
    rows += Int64(column.length)
    nulls += Int64(column.nullCount)
    switch values {
    case .numbers(var numbers):
      values = .none  // so that the state is changed in place
      nans += Int64(scratch.fill(column, numbers.domain))
      numbers.add(scratch.keys.span.extracting(0..<scratch.count))
      values = .numbers(numbers)
    case .texts(var texts):
      values = .none
      var visitor = TextVisitor(column: column, hashes: hashes, texts: texts)
      texts = TextProfile()
      visitor.run()
      values = .texts(visitor.texts)
    case .booleans(let falses, let trues):
      let bits = column.bits
      var ones = 0
      for word in 0..<bits.wordCount {
        ones += (bits.word(word) & (column.validity?.word(word) ?? .max)).nonzeroBitCount
      }
      let present = column.length - column.nullCount
      values = .booleans(falses: falses + Int64(present - ones), trues: trues + Int64(ones))
    case .none: break
    }
  }

  mutating func merge(_ other: ColumnProfile) {
    rows += other.rows
    nulls += other.nulls
    nans += other.nans
    switch (values, other.values) {
    case (.numbers(var mine), .numbers(let theirs)):
      mine.merge(theirs)
      values = .numbers(mine)
    case (.texts(var mine), .texts(let theirs)):
      mine.merge(theirs)
      values = .texts(mine)
    case (.booleans(let falses, let trues), .booleans(let otherFalses, let otherTrues)):
      values = .booleans(falses: falses + otherFalses, trues: trues + otherTrues)
    default: break
    }
  }

  func write(to writer: inout StateWriter) {
    writer.append(UInt64(rows))
    writer.append(UInt64(nulls))
    writer.append(UInt64(nans))
    switch values {
    case .numbers(let numbers): numbers.write(to: &writer)
    case .texts(let texts): texts.write(to: &writer)
    case .booleans(let falses, let trues):
      writer.append(UInt64(falses))
      writer.append(UInt64(trues))
    case .none: break
    }
  }

  init(from reader: inout StateReader, _ field: ArrowField) throws(ComputeError) {
    self.init(field)
    rows = try reader.rows()
    nulls = try reader.rows()
    nans = try reader.rows()
    switch values {
    case .numbers(let numbers):
      values = .numbers(try NumberProfile(from: &reader, numbers.domain))
    case .texts: values = .texts(try TextProfile(from: &reader))
    case .booleans: values = .booleans(falses: try reader.rows(), trues: try reader.rows())
    case .none: break
    }
  }
}

/// Adds the texts of a column to a profile.
private struct TextVisitor: OffsetVisitor {
  let column: ArrowColumn
  let hashes: [UInt64]
  var texts: TextProfile

  mutating func run() {
    if case .fixedSizeBinary(let width) = column.type {
      let column = column
      let bytes = column.values.bytes
      for row in 0..<column.length where column.isValid(row) {
        texts.add(bytes, row &* width, width, hash: hashes[row])
      }
    } else {
      column.visitOffsets(&self)
    }
  }

  mutating func visit<Offset: FixedWidthInteger & BitwiseCopyable>(_ offsets: Span<Offset>) {
    let (column, rowHashes) = (column, hashes)
    let bytes = column.values.bytes
    let hashes = rowHashes.span
    var row = 0
    while true {
      row = texts.countKnown(bytes, offsets, hashes, column.validity, from: row)
      guard row < column.length else { return }
      if column.isValid(row) {
        let start = Int(truncatingIfNeeded: offsets[row])
        let end = Int(truncatingIfNeeded: offsets[row &+ 1])
        texts.add(bytes, start, end &- start, hash: hashes[row])
      }
      row &+= 1
    }
  }
}
