/// One column of a record batch: a type, and the buffers that hold its values.
///
/// A value, immutable and shared by its slices. Whoever holds a column may trust the sizes and
/// alignment of its buffers; `validate()` also checks what takes a look at every row (offsets,
/// UTF-8), and everything that arrives from a peer has passed it.
package struct ArrowColumn: Sendable {
  package let type: ArrowType
  /// The number of rows.
  package let length: Int
  /// The number of rows without a value.
  package let nullCount: Int
  /// A set bit per row that has a value; nil when every row has one, and for the type `null`.
  package let validity: Bitmap?
  /// `length + 1` offsets into `values`, of 4 or 8 bytes, for types of variable width; else
  /// empty. The first may be greater than zero.
  package let offsets: ArrowBuffer
  /// The values: `length` of fixed width, `length` bits, or the bytes that `offsets` points into.
  package let values: ArrowBuffer

  /// Makes a column of buffers, which may be longer than needed.
  ///
  /// A buffer that is not aligned for its type is copied. Rows are not looked at.
  ///
  /// - Throws: `malformed` when a buffer is missing or too short for `length` rows.
  package init(
    type: ArrowType, length: Int, validity: Bitmap? = nil, offsets: ArrowBuffer = .empty,
    values: ArrowBuffer = .empty
  ) throws(ArrowError) {
    guard length >= 0, length <= RecordBatch.maxRows else {
      throw ArrowError(.limitExceeded, "a column holds 0 to \(RecordBatch.maxRows) rows")
    }
    if let validity, validity.count < length {
      throw ArrowError(
        .malformed, "the validity bitmap has \(validity.count) bits for \(length) rows")
    }
    self.type = type
    self.length = length
    switch type.layout {
    case .null:
      (self.offsets, self.values) = (.empty, .empty)
    case .bits:
      self.offsets = .empty
      self.values = try Self.trim(values, to: Bitmap.byteCount(of: length), "values", 1)
    case .fixedWidth(let width):
      self.offsets = .empty
      self.values = try Self.trim(values, to: length * width, "values", type.alignment)
    case .variable(let width):
      // Arrow lets a column without rows leave its one offset away.
      let given =
        length == 0 && offsets.count < width
        ? ArrowBuffer([UInt8](repeating: 0, count: width)) : offsets
      self.offsets = try Self.trim(given, to: (length + 1) * width, "offsets", width)
      self.values = values
    }
    if type == .null {
      (self.validity, nullCount) = (nil, length)
    } else if let bits = validity?.slice(0..<length) {
      nullCount = bits.countOfZeros
      self.validity = nullCount == 0 ? nil : bits
    } else {
      (self.validity, nullCount) = (nil, 0)
    }
  }

  private static func trim(
    _ buffer: ArrowBuffer, to count: Int, _ name: String, _ alignment: Int
  ) throws(ArrowError) -> ArrowBuffer {
    guard buffer.count >= count else {
      throw ArrowError(
        .malformed, "the \(name) buffer has \(buffer.count) bytes, needed are \(count)")
    }
    let trimmed = buffer.slice(0..<count)
    return trimmed.isAligned(to: alignment) ? trimmed : trimmed.compacted()
  }

  /// Whether the row has a value.
  @inlinable package func isValid(_ row: Int) -> Bool {
    precondition(row >= 0 && row < length, "row is inside the column")
    if let validity { return validity[row] }
    return type != .null
  }

  /// The values of a column of fixed width, nulls included (what a null slot holds is undefined).
  ///
  /// The caller names the type that belongs to the column's: `Int32` for `int32`, `date32` and
  /// `time32`, `Int64` for `int64`, `date64`, `time64`, `timestamp` and `duration`, `Int128` for
  /// `decimal128`, and so on; a width that differs is a mistake of the caller.
  @inlinable @_lifetime(borrow self)
  package func span<Value: BitwiseCopyable>(of type: Value.Type) -> Span<Value> {
    precondition(
      self.type.layout == .fixedWidth(MemoryLayout<Value>.stride), "the width is the column's")
    return values.span(of: type)
  }

  /// The values of a `bool` column.
  package var bits: Bitmap {
    precondition(type == .bool, "only bool columns hold bits")
    return Bitmap(values, count: length)
  }

  /// The `length + 1` offsets of a `utf8` or `binary` column.
  @inlinable package var offsets32: Span<Int32> {
    @_lifetime(borrow self) get {
      precondition(type.layout == .variable(offsetWidth: 4), "only utf8 and binary have these")
      return offsets.span(of: Int32.self)
    }
  }

  /// The `length + 1` offsets of a `largeUtf8` or `largeBinary` column.
  @inlinable package var offsets64: Span<Int64> {
    @_lifetime(borrow self) get {
      precondition(type.layout == .variable(offsetWidth: 8), "only the large types have these")
      return offsets.span(of: Int64.self)
    }
  }

  /// Where the bytes of a row of variable width lie in `values`.
  @inlinable package func range(of row: Int) -> Range<Int> {
    switch type.layout {
    case .variable(offsetWidth: 4):
      let offsets = offsets32
      return Int(offsets[row])..<Int(offsets[row &+ 1])
    case .variable:
      let offsets = offsets64
      return Int(offsets[row])..<Int(offsets[row &+ 1])
    case .fixedWidth(let width):
      return row * width..<(row + 1) * width
    case .null, .bits:
      return 0..<0
    }
  }

  /// The bytes of one row of text, binary or fixed width, whether it is null or not.
  @inlinable @_lifetime(borrow self)
  package func bytes(at row: Int) -> RawSpan {
    values.bytes.extracting(range(of: row))
  }

  /// The text of one row, or nil where it is null.
  package func string(at row: Int) -> String? {
    guard isValid(row) else { return nil }
    return String(decoding: values.slice(range(of: row)).array, as: UTF8.self)
  }

  /// The memory that the rows of this column refer to, in bytes; shared allocations count once
  /// for each column.
  package var byteCount: Int {
    var total = validity?.buffer.count ?? 0
    switch type.layout {
    case .variable:
      total += offsets.count
      if length > 0 { total += range(of: length - 1).upperBound - range(of: 0).lowerBound }
    case .null, .bits, .fixedWidth:
      total += values.count
    }
    return total
  }

  /// Returns the rows of a range; the buffers are shared, but bits that do not start on a byte are
  /// copied.
  package func slice(_ rows: Range<Int>) -> ArrowColumn {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= length, "rows are inside the column")
    let bits = validity?.slice(rows)
    let sliced: (offsets: ArrowBuffer, values: ArrowBuffer) =
      switch type.layout {
      case .null: (.empty, .empty)
      case .bits: (.empty, self.bits.slice(rows).buffer)
      case .fixedWidth(let width):
        (.empty, values.slice(rows.lowerBound * width..<rows.upperBound * width))
      case .variable(let width):
        (offsets.slice(rows.lowerBound * width..<(rows.upperBound + 1) * width), values)
      }
    return ArrowColumn(
      trusted: type, length: rows.count, validity: bits, offsets: sliced.offsets,
      values: sliced.values)
  }

  /// Makes a column of buffers that this room has made itself.
  init(
    trusted type: ArrowType, length: Int, validity: Bitmap?, offsets: ArrowBuffer,
    values: ArrowBuffer
  ) {
    self.type = type
    self.length = length
    let zeros = validity?.countOfZeros ?? 0
    self.nullCount = type == .null ? length : zeros
    self.validity = zeros == 0 ? nil : validity
    self.offsets = offsets
    self.values = values
  }

  /// Returns the same buffers under another type of the same layout, for example `int64` read as a
  /// timestamp.
  package func reinterpreted(as type: ArrowType) -> ArrowColumn {
    precondition(self.type.layout == type.layout, "only types of one layout can be exchanged")
    return ArrowColumn(
      trusted: type, length: length, validity: validity, offsets: offsets, values: values)
  }
}
