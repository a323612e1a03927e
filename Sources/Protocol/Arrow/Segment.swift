/// A record batch as it is stored: every buffer of every column compressed apart, so that a
/// projection reads only the bytes of its columns.
package struct Segment: Sendable {
  package let layout: SegmentLayout
  /// Column after column; within a column validity, offsets, values. Not aligned.
  package let bytes: [UInt8]
}

/// Writes segments. Single owner; keeps its compressor from one to the next.
package struct SegmentEncoder: ~Copyable, Sendable {
  private var compressor: BufferCompressor

  package init(compression: ArrowCompression) {
    compressor = BufferCompressor(compression)
  }

  /// Stores a batch.
  ///
  /// - Throws: `malformed` when the compressor fails.
  package mutating func encode(_ batch: RecordBatch) throws(ArrowError) -> Segment {
    var bytes: [UInt8] = []
    var columns: [SegmentColumn] = []
    columns.reserveCapacity(batch.columns.count)
    for column in batch.columns {
      let start = bytes.count
      var buffers: [SegmentBuffer] = []
      for buffer in column.wireBuffers() {
        let offset = bytes.count
        try compressor.append(buffer.bytes, to: &bytes)
        buffers.append(SegmentBuffer(offset: offset, length: bytes.count - offset))
      }
      let bounds = column.bounds()
      columns.append(
        SegmentColumn(
          nullCount: column.nullCount, minimum: bounds?.minimum, maximum: bounds?.maximum,
          checksum: XXHash64.hash(unsafe bytes.span.bytes.extracting(start..<bytes.count)),
          buffers: buffers))
    }
    let layout = SegmentLayout(
      rowCount: batch.rowCount, compression: compressor.compression,
      checksum: SegmentLayout.checksum(of: columns), columns: columns)
    return Segment(layout: layout, bytes: bytes)
  }
}

/// Reads segments, trusting neither layout nor bytes. Single owner.
package struct SegmentDecoder: ~Copyable, Sendable {
  package let limits: ArrowLimits
  private var plain = BufferCompressor(.none)
  private var lz4 = BufferCompressor(.lz4)
  private var zstd = BufferCompressor(.zstd)

  package init(limits: ArrowLimits = .defaults) {
    self.limits = limits
  }

  /// Reads all columns.
  ///
  /// - Throws: `checksumMismatch`, `malformed`, `limitExceeded` or `schemaMismatch`, naming the
  ///   column.
  package mutating func decode(
    _ layout: SegmentLayout, schema: ArrowSchema, bytes: ArrowBuffer
  ) throws(ArrowError) -> RecordBatch {
    try decode(
      layout, schema: schema, columns: Array(schema.fields.indices),
      parts: [SegmentPart(offset: 0, bytes: bytes)])
  }

  /// Reads some columns from the parts of a segment that hold them.
  ///
  /// - Parameters:
  ///   - schema: the columns of the whole segment.
  ///   - columns: the positions of the columns to read; the batch has them in this order.
  ///   - parts: the bytes at least of `layout.ranges(of: columns)`.
  /// - Throws: as `decode(_:schema:bytes:)`.
  package mutating func decode(
    _ layout: SegmentLayout, schema: ArrowSchema, columns: [Int], parts: [SegmentPart]
  ) throws(ArrowError) -> RecordBatch {
    guard layout.columns.count == schema.fields.count else {
      throw ArrowError(
        .schemaMismatch,
        "the segment has \(layout.columns.count) columns, its schema \(schema.fields.count)")
    }
    guard layout.rowCount >= 0, layout.rowCount <= limits.maxRows else {
      throw ArrowError(.limitExceeded, "the segment has \(layout.rowCount) rows")
    }
    var bytesLeft = limits.maxBatchBytes
    var decoded: [ArrowColumn] = []
    decoded.reserveCapacity(columns.count)
    for position in columns {
      let field = schema.fields[position]
      do throws(ArrowError) {
        let stored = try storedColumn(layout.columns[position], parts)
        let column = try decode(stored, field.type, layout, position, &bytesLeft)
        decoded.append(column)
      } catch {
        throw error.named(field.name)
      }
    }
    let selected = ArrowSchema(columns.map { schema.fields[$0] }, metadata: schema.metadata)
    return try RecordBatch(schema: selected, columns: decoded, rowCount: layout.rowCount)
  }

  /// Finds the bytes of a column in the parts and compares their checksum.
  private func storedColumn(
    _ column: SegmentColumn, _ parts: [SegmentPart]
  ) throws(ArrowError) -> ArrowBuffer {
    let range = column.range
    if range.isEmpty { return .empty }
    for part in parts where part.offset <= range.lowerBound {
      guard range.upperBound <= part.offset + part.bytes.count else { continue }
      let bytes = part.bytes.slice(
        range.lowerBound - part.offset..<range.upperBound - part.offset)
      guard XXHash64.hash(bytes.bytes) == column.checksum else {
        throw ArrowError(
          .checksumMismatch, "the stored bytes are damaged; restore the segment from a backup")
      }
      return bytes
    }
    throw ArrowError(.malformed, "the bytes \(range) of the segment were not read")
  }

  private mutating func decode(
    _ bytes: ArrowBuffer, _ type: ArrowType, _ layout: SegmentLayout, _ position: Int,
    _ bytesLeft: inout Int
  ) throws(ArrowError) -> ArrowColumn {
    let stored = layout.columns[position]
    guard stored.buffers.count == type.bufferCount else {
      throw ArrowError(.malformed, "the segment was not stored as \(type)")
    }
    if type == .null { return try .nulls(.null, count: layout.rowCount, maxBytes: 0) }
    var buffers: [ArrowBuffer] = []
    for buffer in stored.buffers {
      let start = buffer.offset - stored.range.lowerBound
      guard start >= 0, buffer.length >= 0, buffer.length <= bytes.count - start else {
        throw ArrowError(.malformed, "a buffer lies outside of its column")
      }
      let raw = bytes.slice(start..<start + buffer.length)
      let plain = try decompress(raw, layout.compression, limit: bytesLeft)
      bytesLeft -= plain.count
      guard bytesLeft >= 0 else { throw ArrowError(.limitExceeded, "the segment is too large") }
      buffers.append(plain)
    }
    let validity =
      buffers[0].count == 0 || layout.rowCount == 0
      ? nil : try bitmap(buffers[0], count: layout.rowCount)
    let column = try ArrowColumn(
      type: type, length: layout.rowCount, validity: validity,
      offsets: buffers.count == 3 ? buffers[1] : .empty, values: buffers[buffers.count - 1])
    guard column.nullCount == stored.nullCount else {
      throw ArrowError(.malformed, "the column does not have the nulls that its layout says")
    }
    try column.validate()
    return column
  }

  private func bitmap(_ buffer: ArrowBuffer, count: Int) throws(ArrowError) -> Bitmap {
    guard buffer.count >= Bitmap.byteCount(of: count) else {
      throw ArrowError(.malformed, "the validity bitmap is too short")
    }
    return Bitmap(buffer, count: count)
  }

  private mutating func decompress(
    _ buffer: ArrowBuffer, _ compression: ArrowCompression, limit: Int
  ) throws(ArrowError) -> ArrowBuffer {
    switch compression {
    case .none: try plain.decode(buffer, limit: limit)
    case .lz4: try lz4.decode(buffer, limit: limit)
    case .zstd: try zstd.decode(buffer, limit: limit)
    }
  }
}

/// Some of a segment's bytes.
package struct SegmentPart: Sendable {
  /// The distance of the first byte from the segment's first byte.
  package let offset: Int
  package let bytes: ArrowBuffer

  package init(offset: Int, bytes: ArrowBuffer) {
    self.offset = offset
    self.bytes = bytes
  }
}
