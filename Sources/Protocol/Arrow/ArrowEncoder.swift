internal import PurSightCompression

/// How the buffers of a batch are compressed (Message.fbs, `BodyCompression`; segments likewise).
package enum ArrowCompression: UInt8, Sendable, CaseIterable {
  case none = 0
  /// LZ4 frames: fast.
  case lz4 = 1
  /// Zstandard frames: small.
  case zstd = 2

  /// The number that Message.fbs gives to the codec, or nil for none.
  var codecNumber: UInt8? {
    switch self {
    case .none: nil
    case .lz4: 0
    case .zstd: 1
    }
  }
}

/// Arrow's two parts of a message, as Flight sends them: `data_header` and `data_body`.
package struct ArrowMessage: Sendable {
  /// The flatbuffer `Message`, padded to eight bytes, without a prefix.
  package let header: [UInt8]
  /// The buffers, each padded to eight bytes.
  package let body: [UInt8]

  package init(header: [UInt8], body: [UInt8]) {
    self.header = header
    self.body = body
  }

  /// The encapsulated form of files and streams: continuation marker, length, header, body
  /// (Columnar.rst, "Encapsulated message format").
  package var encapsulated: [UInt8] {
    var bytes: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
    bytes.reserveCapacity(8 + header.count + body.count)
    let count = UInt32(header.count)
    for shift in [0, 8, 16, 24] as [UInt32] {
      bytes.append(UInt8(truncatingIfNeeded: count >> shift))
    }
    bytes.append(contentsOf: header)
    bytes.append(contentsOf: body)
    return bytes
  }

  /// What ends a stream.
  package static let endOfStream: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
}

/// Writes the messages of one Arrow stream. Single owner; keeps its compressors between batches.
package struct ArrowEncoder: ~Copyable, Sendable {
  package let schema: ArrowSchema
  package let compression: ArrowCompression
  private var compressor: BufferCompressor

  package init(_ schema: ArrowSchema, compression: ArrowCompression = .none) {
    self.schema = schema
    self.compression = compression
    compressor = BufferCompressor(compression)
  }

  /// The schema's message, the first of a stream; its body is empty.
  package static func message(of schema: ArrowSchema) -> ArrowMessage {
    var writer = FlatWriter()
    let offsets = writer.table(FlatWriter.root, messageSlots(header: 1, bodyBytes: 0))
    SchemaEncoder.encode(schema, to: offsets[0], of: &writer)
    return ArrowMessage(header: padded(writer.bytes), body: [])
  }

  /// Writes a record batch.
  ///
  /// - Throws: `schemaMismatch` when the batch is of another schema, `malformed` when a compressor
  ///   fails.
  package mutating func encode(_ batch: RecordBatch) throws(ArrowError) -> ArrowMessage {
    guard batch.schema.fields == schema.fields else {
      throw ArrowError(.schemaMismatch, "the batch is not of the stream's schema")
    }
    var body: [UInt8] = []
    body.reserveCapacity(batch.byteCount + 64 * batch.columns.count)
    var nodes: [(first: Int64, second: Int64)] = []
    var buffers: [(first: Int64, second: Int64)] = []
    for column in batch.columns {
      nodes.append((Int64(column.length), Int64(column.nullCount)))
      for buffer in column.wireBuffers() {
        let start = body.count
        try compressor.append(buffer.bytes, to: &body)
        buffers.append((Int64(start), Int64(body.count - start)))
        while body.count % 8 != 0 { body.append(0) }
      }
    }
    let header = header(batch, nodes, buffers, bodyBytes: body.count)
    return ArrowMessage(header: header, body: body)
  }

  private func header(
    _ batch: RecordBatch, _ nodes: [(first: Int64, second: Int64)],
    _ buffers: [(first: Int64, second: Int64)], bodyBytes: Int
  ) -> [UInt8] {
    var writer = FlatWriter()
    let message = writer.table(
      FlatWriter.root, Self.messageSlots(header: 3, bodyBytes: bodyBytes))
    let codec = compression.codecNumber
    let offsets = writer.table(
      message[0],
      [.int64(Int64(batch.rowCount)), .offset, .offset, codec == nil ? .absent : .offset])
    writer.pairs(offsets[0], nodes)
    writer.pairs(offsets[1], buffers)
    if let codec { writer.table(offsets[2], [.int8(codec), .int8(0)]) }
    return Self.padded(writer.bytes)
  }

  /// The fields of `Message`: version V5, header type, header, body length.
  private static func messageSlots(header: UInt8, bodyBytes: Int) -> [FlatWriter.Slot] {
    [.int16(4), .int8(header), .offset, .int64(Int64(bodyBytes))]
  }

  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
  }
}

extension ArrowColumn {
  /// The column's buffers as a record batch carries them: validity (empty without nulls), offsets
  /// from zero on, values.
  func wireBuffers() -> [ArrowBuffer] {
    let bits = validity?.exactBuffer ?? .empty
    switch type.layout {
    case .null: return []
    case .bits: return [bits, self.bits.exactBuffer]
    case .fixedWidth: return [bits, values]
    case .variable(offsetWidth: 4):
      return [bits, rebasedOffsets(Int32.self), usedValues]
    case .variable:
      return [bits, rebasedOffsets(Int64.self), usedValues]
    }
  }

  /// The bytes that the offsets refer to.
  private var usedValues: ArrowBuffer {
    length == 0
      ? .empty : values.slice(range(of: 0).lowerBound..<range(of: length - 1).upperBound)
  }

  /// The offsets minus the first of them.
  private func rebasedOffsets<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ type: Offset.Type
  ) -> ArrowBuffer {
    let source = offsets.span(of: type)
    let base = source[0]
    if base == 0 { return offsets }
    var rebased: [Offset] = []
    rebased.reserveCapacity(source.count)
    for index in source.indices { rebased.append(source[index] &- base) }
    return ArrowBuffer(copying: rebased)
  }
}

extension Bitmap {
  /// The bytes of exactly `count` bits, those after the last cleared.
  var exactBuffer: ArrowBuffer {
    let exact = buffer.slice(0..<Bitmap.byteCount(of: count))
    guard count & 7 != 0 else { return exact }
    var bytes = exact.array
    bytes[bytes.count - 1] &= (1 << UInt8(count & 7)) - 1
    return ArrowBuffer(bytes)
  }
}
