internal import PurSightArrow

/// Turns the fields of one column into values, a block of rows at a time: one loop per type,
/// nothing is decided per value that the column decides.
struct CSVColumnDecoder {
  /// A field that is no value of its column.
  struct BadCell {
    /// The row in the block and the column, from 0 on.
    let row: Int
    let column: Int
    let code: FormatError.Code
  }

  /// The rows that are decoded together.
  struct Block: ~Escapable {
    let bytes: Span<UInt8>
    /// The fields, row after row.
    let fields: Span<CSVField>
    let width: Int
    let rows: Int
    /// Whether every byte is ASCII and none is NUL, so that texts need no look.
    let isPlainText: Bool

    @_lifetime(copy bytes, copy fields)
    init(bytes: Span<UInt8>, fields: Span<CSVField>, width: Int, rows: Int, isPlainText: Bool) {
      self.bytes = bytes
      self.fields = fields
      self.width = width
      self.rows = rows
      self.isPlainText = isPlainText
    }
  }

  private let nulls: CSVNullTokens
  private let quote: UInt8
  private(set) var badCells: [BadCell] = []
  private var validity = BitmapBuilder()

  init(_ options: CSVOptions) {
    nulls = CSVNullTokens(options.nullTokens)
    quote = options.quote ?? 0
  }

  mutating func startBlock() {
    badCells.removeAll(keepingCapacity: true)
  }

  /// Appends the block's values of a column; a bad cell becomes a null and is noted.
  ///
  /// - Throws: `limitExceeded` when the texts of a batch pass the builder's limit.
  mutating func decode(
    _ block: borrowing Block, column: Int, into builder: inout ColumnBuilder
  ) throws(FormatError) {
    switch builder.type {
    case .int8: integers(block, column, &builder, Int8.self)
    case .int16: integers(block, column, &builder, Int16.self)
    case .int32: integers(block, column, &builder, Int32.self)
    case .int64: integers(block, column, &builder, Int64.self)
    case .uint8: integers(block, column, &builder, UInt8.self)
    case .uint16: integers(block, column, &builder, UInt16.self)
    case .uint32: integers(block, column, &builder, UInt32.self)
    case .uint64: integers(block, column, &builder, UInt64.self)
    case .float32: floats(block, column, &builder, Float.self)
    case .float64: floats(block, column, &builder, Double.self)
    case .bool: bools(block, column, &builder)
    case .date32: dates(block, column, &builder)
    case .timestamp(_, let zone): timestamps(block, column, &builder, hasZone: zone != nil)
    case .utf8: try texts(block, column, &builder)
    case .null, .largeUtf8, .binary, .largeBinary, .fixedSizeBinary, .date64, .time32, .time64,
      .duration, .decimal128:
      throw FormatError(.badOption, "a CSV column cannot be read as \(builder.type)")
    }
  }

  /// Notes a field that could not be read, unless it is a null.
  private mutating func miss(_ block: borrowing Block, _ field: CSVField, _ row: Int, _ column: Int)
  {
    validity.append(false)
    if nulls.contains(block.bytes, Int(field.start), Int(field.length)) { return }
    badCells.append(BadCell(row: row, column: column, code: .badCell))
  }

  private mutating func integers<Value: FixedWidthInteger & BitwiseCopyable>(
    _ block: borrowing Block, _ column: Int, _ builder: inout ColumnBuilder, _ type: Value.Type
  ) {
    var values: [Value] = []
    values.reserveCapacity(block.rows)
    var index = column
    for row in 0..<block.rows {
      let field = block.fields[index]
      index &+= block.width
      let (start, count) = (Int(field.start), Int(field.length))
      let read: Value? =
        if type.bitWidth == 64 && !type.isSigned {
          Cell.uint64(block.bytes, start, count).map { Value(truncatingIfNeeded: $0) }
        } else {
          Cell.int64(block.bytes, start, count).flatMap { Value(exactly: $0) }
        }
      if let read {
        values.append(read)
        validity.append(true)
      } else {
        values.append(0)
        miss(block, field, row, column)
      }
    }
    builder.append(values.span, validity: &validity)
  }

  private mutating func floats<Value: BinaryFloatingPoint & BitwiseCopyable>(
    _ block: borrowing Block, _ column: Int, _ builder: inout ColumnBuilder, _ type: Value.Type
  ) {
    var values: [Value] = []
    values.reserveCapacity(block.rows)
    var index = column
    for row in 0..<block.rows {
      let field = block.fields[index]
      index &+= block.width
      if let read = Cell.float64(block.bytes, Int(field.start), Int(field.length)) {
        values.append(Value(read))
        validity.append(true)
      } else {
        values.append(0)
        miss(block, field, row, column)
      }
    }
    builder.append(values.span, validity: &validity)
  }

  private mutating func bools(
    _ block: borrowing Block, _ column: Int, _ builder: inout ColumnBuilder
  ) {
    var bits = BitmapBuilder()
    var index = column
    for row in 0..<block.rows {
      let field = block.fields[index]
      index &+= block.width
      if let read = Cell.bool(block.bytes, Int(field.start), Int(field.length)) {
        bits.append(read)
        validity.append(true)
      } else {
        bits.append(false)
        miss(block, field, row, column)
      }
    }
    builder.append(bits: &bits, validity: &validity)
  }

  private mutating func dates(
    _ block: borrowing Block, _ column: Int, _ builder: inout ColumnBuilder
  ) {
    var values: [Int32] = []
    values.reserveCapacity(block.rows)
    var index = column
    for row in 0..<block.rows {
      let field = block.fields[index]
      index &+= block.width
      if let read = Cell.date(block.bytes, Int(field.start), Int(field.length)) {
        values.append(read)
        validity.append(true)
      } else {
        values.append(0)
        miss(block, field, row, column)
      }
    }
    builder.append(values.span, validity: &validity)
  }

  /// A column with a zone takes only texts that name their offset, one without only the others.
  private mutating func timestamps(
    _ block: borrowing Block, _ column: Int, _ builder: inout ColumnBuilder, hasZone: Bool
  ) {
    var values: [Int64] = []
    values.reserveCapacity(block.rows)
    var index = column
    for row in 0..<block.rows {
      let field = block.fields[index]
      index &+= block.width
      let read = Cell.timestamp(block.bytes, Int(field.start), Int(field.length))
      if let read, read.hasZone == hasZone {
        values.append(read.microseconds)
        validity.append(true)
      } else {
        values.append(0)
        miss(block, field, row, column)
      }
    }
    builder.append(values.span, validity: &validity)
  }

  private mutating func texts(
    _ block: borrowing Block, _ column: Int, _ builder: inout ColumnBuilder
  ) throws(FormatError) {
    builder.reserve(rows: block.rows)
    var index = column
    for row in 0..<block.rows {
      let field = block.fields[index]
      index &+= block.width
      let (start, count) = (Int(field.start), Int(field.length))
      if field.kind == .plain && nulls.contains(block.bytes, start, count) {
        builder.appendNull()
        continue
      }
      let text = block.bytes.extracting(start..<start &+ count)
      if !block.isPlainText, let code = Self.fault(of: text) {
        badCells.append(BadCell(row: row, column: column, code: code))
        builder.appendNull()
        continue
      }
      do {
        if field.kind == .escaped {
          let plain = unescaped(text)
          try builder.append(utf8: plain.span)
        } else {
          try builder.append(utf8: text)
        }
      } catch {
        throw FormatError(.limitExceeded, error.message)
      }
    }
  }

  /// What makes bytes no text, or nil.
  static func fault(of text: Span<UInt8>) -> FormatError.Code? {
    for index in text.indices where text[index] == 0 { return .nulByte }
    return (try? UTF8Span(validating: text)) == nil ? .invalidUTF8 : nil
  }

  /// The text with one quote for two.
  private func unescaped(_ text: Span<UInt8>) -> [UInt8] {
    var plain: [UInt8] = []
    plain.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      plain.append(text[index])
      index &+= text[index] == quote ? 2 : 1
    }
    return plain
  }
}
