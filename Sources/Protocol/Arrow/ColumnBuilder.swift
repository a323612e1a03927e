/// A column being made, row by row.
///
/// One builder serves every type, so that a reader can keep an array of them. It is bounded: bytes
/// of variable width beyond `maxBytes` (at most what the type's offsets can reach) are refused.
package struct ColumnBuilder: Sendable {
  package let type: ArrowType
  /// The limit of the values in bytes.
  package let maxBytes: Int
  /// The number of rows appended.
  @usableFromInline package private(set) var length = 0
  package private(set) var nullCount = 0

  /// The values; allocated ahead, the first `used` bytes count.
  @usableFromInline var values: [UInt8] = []
  @usableFromInline var used = 0
  private var offsets32: [Int32] = []
  private var offsets64: [Int64] = []
  private var bits = BitmapBuilder()
  /// Present from the first null on.
  private var validity: BitmapBuilder?
  @usableFromInline let layout: ArrowLayout

  /// The limit of a column's values where none is given, in bytes.
  package static let defaultMaxBytes = Int(Int32.max)

  package init(_ type: ArrowType, maxBytes: Int = ColumnBuilder.defaultMaxBytes) {
    self.type = type
    layout = type.layout
    self.maxBytes = layout == .variable(offsetWidth: 4) ? min(maxBytes, Int(Int32.max)) : maxBytes
    startOffsets()
  }

  private mutating func startOffsets() {
    switch layout {
    case .variable(offsetWidth: 4): offsets32 = [0]
    case .variable: offsets64 = [0]
    case .null, .bits, .fixedWidth: break
    }
  }

  /// The memory that the values take so far, in bytes, without the validity bits.
  package var byteCount: Int {
    used + offsets32.count * 4 + offsets64.count * 8 + (bits.count + 7) / 8
  }

  /// Makes room for this many more rows (not for the bytes of variable ones).
  package mutating func reserve(rows: Int) {
    switch layout {
    case .null: break
    case .bits: bits.reserve(rows)
    case .fixedWidth(let width): grow(by: rows * width)
    case .variable(offsetWidth: 4): offsets32.reserveCapacity(offsets32.count + rows)
    case .variable: offsets64.reserveCapacity(offsets64.count + rows)
    }
  }

  /// Appends a value of fixed width: `Int32` for `date32`, `Int64` for timestamps, and so on; a
  /// width that differs from the type's is a mistake of the caller.
  @inlinable package mutating func append<Value: BitwiseCopyable>(_ value: Value) {
    let width = MemoryLayout<Value>.stride
    precondition(layout == .fixedWidth(width), "the width is the column's")
    let offset = used
    if offset &+ width > values.count { grow(by: width) }
    var span = values.mutableSpan
    var bytes = unsafe span.mutableBytes
    bytes.storeBytes(of: value, toByteOffset: offset, as: Value.self)
    used &+= width
    appendedValue()
  }

  /// Appends a value to a `bool` column.
  package mutating func append(_ bit: Bool) {
    precondition(layout == .bits, "only bool columns hold bits")
    bits.append(bit)
    appendedValue()
  }

  /// Appends the bytes of a text, binary or fixed-size binary value. Text must be UTF-8: the
  /// caller has checked it.
  ///
  /// - Throws: `limitExceeded` when the column would pass `maxBytes`, `malformed` when the width
  ///   of a fixed-size binary value is wrong.
  package mutating func append(bytes: borrowing RawSpan) throws(ArrowError) {
    try appendBytes(bytes)
    appendedValue()
  }

  /// Appends text that the caller has checked to be UTF-8.
  ///
  /// - Throws: `limitExceeded` when the column would pass `maxBytes`.
  package mutating func append(utf8 text: Span<UInt8>) throws(ArrowError) {
    try append(bytes: unsafe text.bytes)
  }

  /// Appends text, or a null.
  ///
  /// - Throws: `limitExceeded` when the column would pass `maxBytes`.
  package mutating func append(_ text: String?) throws(ArrowError) {
    guard let text else { return appendNull() }
    try append(bytes: unsafe text.utf8Span.span.bytes)
  }

  /// Appends a row without a value.
  package mutating func appendNull() {
    switch layout {
    case .null: break
    case .bits: bits.append(false)
    case .fixedWidth(let width):
      if used + width > values.count { grow(by: width) }
      for index in used..<used + width { values[index] = 0 }
      used += width
    case .variable(offsetWidth: 4): offsets32.append(Int32(truncatingIfNeeded: used))
    case .variable: offsets64.append(Int64(used))
    }
    if validity == nil && layout != .null {
      var builder = BitmapBuilder()
      builder.append(repeating: true, count: length)
      validity = builder
    }
    validity?.append(false)
    length &+= 1
    nullCount &+= 1
  }

  /// Appends rows of a column of the same type.
  ///
  /// - Throws: `schemaMismatch` when the types differ, `limitExceeded` when the bytes or rows are
  ///   too many.
  package mutating func append(_ column: ArrowColumn, _ rows: Range<Int>) throws(ArrowError) {
    guard column.type == type else {
      throw ArrowError(.schemaMismatch, "\(column.type) does not go into \(type)")
    }
    guard length + rows.count <= RecordBatch.maxRows else {
      throw ArrowError(.limitExceeded, "a column holds at most \(RecordBatch.maxRows) rows")
    }
    switch layout {
    case .null: break
    case .bits: bits.append(column.bits, rows)
    case .fixedWidth(let width):
      try appendRaw(column.values.bytes, rows.lowerBound * width, rows.count * width)
    case .variable:
      guard !rows.isEmpty else { break }
      let base = used
      let start = column.range(of: rows.lowerBound).lowerBound
      let end = column.range(of: rows.upperBound - 1).upperBound
      try appendRaw(column.values.bytes, start, end - start)
      for row in rows { appendOffset(base + column.range(of: row).upperBound - start) }
    }
    appendValidity(of: column, rows)
    length += rows.count
  }

  private mutating func appendValidity(of column: ArrowColumn, _ rows: Range<Int>) {
    guard layout != .null else {
      nullCount += rows.count
      return
    }
    guard let source = column.validity else {
      validity?.append(repeating: true, count: rows.count)
      return
    }
    var builder = validity ?? BitmapBuilder()
    if validity == nil { builder.append(repeating: true, count: length) }
    builder.append(source, rows)
    nullCount = builder.count - builder.countOfOnes
    validity = builder
  }

  /// Removes the rows from `length` on.
  package mutating func truncate(to length: Int) {
    precondition(length >= 0 && length <= self.length, "only rows that are there are removed")
    guard length < self.length else { return }
    switch layout {
    case .null: break
    case .bits: bits.truncate(to: length)
    case .fixedWidth(let width): used = length * width
    case .variable(offsetWidth: 4):
      offsets32.removeLast(self.length - length)
      used = Int(offsets32[length])
    case .variable:
      offsets64.removeLast(self.length - length)
      used = Int(offsets64[length])
    }
    self.length = length
    validity?.truncate(to: length)
    nullCount = layout == .null ? length : validity.map { $0.count - $0.countOfOnes } ?? 0
  }

  /// Returns the rows as a column and starts anew.
  package mutating func finish() -> ArrowColumn {
    let taken = ArrowBuffer(values).slice(0..<used)
    let offsets =
      offsets64.isEmpty ? ArrowBuffer(copying: offsets32) : ArrowBuffer(copying: offsets64)
    let isBits = layout == .bits
    let column = ArrowColumn(
      trusted: type, length: length, validity: validity?.finish(),
      offsets: offsets, values: isBits ? bits.finish().buffer : taken)
    (length, nullCount, used, values, validity) = (0, 0, 0, [], nil)
    (offsets32, offsets64) = ([], [])
    startOffsets()
    return column
  }

  /// Copies values of fixed width to the end.
  mutating func appendFixed<Value: BitwiseCopyable>(_ source: borrowing Span<Value>) {
    let count = source.count * MemoryLayout<Value>.stride
    if used + count > values.count { grow(by: count) }
    unsafe source.withUnsafeBytes { bytes in
      unsafe values.withUnsafeMutableBytes { target in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[used..<used + count])
          .copyMemory(from: bytes)
      }
    }
    used += count
  }

  /// Copies the bits of a `bool` column to the end.
  mutating func appendBits(_ source: Bitmap) {
    bits.append(source, 0..<source.count)
  }

  /// Takes the validity of values that were appended, and counts them.
  mutating func appendBits(_ source: inout BitmapBuilder) {
    let count = source.count
    let ones = source.countOfOnes
    if ones < count && validity == nil {
      var builder = BitmapBuilder()
      builder.append(repeating: true, count: length)
      validity = builder
    }
    if validity != nil {
      let taken = source.finish()
      validity?.append(taken, 0..<count)
    } else {
      source.removeAll()
    }
    length &+= count
    nullCount &+= count &- ones
  }

  @usableFromInline mutating func appendedValue() {
    length &+= 1
    validity?.append(true)
  }

  private mutating func appendOffset(_ offset: Int) {
    if case .variable(offsetWidth: 4) = layout {
      offsets32.append(Int32(truncatingIfNeeded: offset))
    } else {
      offsets64.append(Int64(offset))
    }
  }

  private mutating func appendBytes(_ bytes: borrowing RawSpan) throws(ArrowError) {
    switch layout {
    case .variable:
      try appendRaw(bytes, 0, bytes.byteCount)
      appendOffset(used)
    case .fixedWidth(let width):
      guard bytes.byteCount == width else {
        throw ArrowError(
          .malformed, "a value has \(bytes.byteCount) bytes, the type \(type) needs \(width)")
      }
      try appendRaw(bytes, 0, width)
    case .null, .bits:
      throw ArrowError(.schemaMismatch, "bytes do not go into a column of type \(type)")
    }
  }

  private mutating func appendRaw(
    _ source: borrowing RawSpan, _ start: Int, _ count: Int
  ) throws(ArrowError) {
    guard count <= maxBytes - used else {
      throw ArrowError(
        .limitExceeded, "the values of one batch pass \(maxBytes) bytes; make smaller batches")
    }
    guard count > 0 else { return }
    if used + count > values.count { grow(by: count) }
    let part = source.extracting(start..<start + count)
    unsafe part.withUnsafeBytes { bytes in
      unsafe values.withUnsafeMutableBytes { target in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[used..<used + count])
          .copyMemory(from: bytes)
      }
    }
    used += count
  }

  /// Allocates at least `count` more bytes, at least twice what there is.
  @usableFromInline mutating func grow(by count: Int) {
    let size = max(used + count, values.count * 2, 64)
    guard size > values.count else { return }
    values.append(contentsOf: repeatElement(0, count: size - values.count))
  }
}
