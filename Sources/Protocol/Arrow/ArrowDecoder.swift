/// What one message of an Arrow stream says.
package enum ArrowEvent: Sendable {
  /// The stream's columns; comes first, and once.
  case schema(ArrowSchema)
  /// Rows, every column in its plain form.
  case batch(RecordBatch)
  /// A dictionary was taken; batches that follow are looked up in it.
  case dictionary
  /// The stream has ended.
  case end
}

/// Reads the messages of one Arrow stream, one after another, trusting none of them.
///
/// Every offset, length, count and text is checked before a batch comes out; dictionaries are
/// looked up and bodies decompressed, so that a batch holds plain columns. After an error the
/// stream cannot go on. Single owner.
package struct ArrowDecoder: ~Copyable, Sendable {
  package let limits: ArrowLimits
  /// The stream's columns, once its first message was read.
  package private(set) var schema: ArrowSchema?
  private var wire: [WireField] = []
  private var dictionaries: [Int64: ArrowColumn] = [:]
  private var plain = BufferCompressor(.none)
  private var lz4 = BufferCompressor(.lz4)
  private var zstd = BufferCompressor(.zstd)

  package init(limits: ArrowLimits = .defaults) {
    self.limits = limits
  }

  /// Reads one message in Flight's form: the flatbuffer and the body apart.
  ///
  /// - Throws: `malformed`, `unsupported`, `limitExceeded` or `schemaMismatch`, naming the column
  ///   where there is one.
  package mutating func decode(
    header: ArrowBuffer, body: ArrowBuffer
  ) throws(ArrowError) -> ArrowEvent {
    guard header.count <= limits.maxMetadataBytes else {
      throw ArrowError(
        .limitExceeded,
        "the message's metadata has \(header.count) bytes, allowed are \(limits.maxMetadataBytes)")
    }
    let message = try FlatTable(root: header)
    guard try (3...4).contains(message.integer(0, default: Int16(0))) else {
      throw ArrowError(.unsupported, "the message is older than Arrow 0.15; write format V5")
    }
    guard try message.integer(3, default: Int64(0)) == Int64(body.count) else {
      throw ArrowError(
        .malformed, "the body has \(body.count) bytes, which is not what the message says")
    }
    guard let content = try message.table(2) else {
      throw ArrowError(.malformed, "the message is empty")
    }
    switch try message.integer(1, default: UInt8(0)) {
    case 1: return .schema(try decodeSchema(content))
    case 2:
      try decodeDictionary(content, body)
      return .dictionary
    case 3: return .batch(try decodeBatch(content, body))
    case let kind: throw ArrowError(.unsupported, "messages of kind \(kind) are not taken")
    }
  }

  /// Reads one encapsulated message: marker, length, flatbuffer, body.
  ///
  /// - Throws: as `decode(header:body:)`.
  package mutating func decode(message: ArrowBuffer) throws(ArrowError) -> ArrowEvent {
    guard let count = try MessagePrefix.metadataBytes(message, limits) else { return .end }
    guard count <= message.count - MessagePrefix.byteCount else {
      throw ArrowError(.malformed, "the message ends before its metadata does")
    }
    let start = MessagePrefix.byteCount
    return try decode(
      header: message.slice(start..<start + count),
      body: message.slice(start + count..<message.count))
  }

  private mutating func decodeSchema(_ table: FlatTable) throws(ArrowError) -> ArrowSchema {
    guard schema == nil else {
      throw ArrowError(.malformed, "a second schema came in one stream; open another stream")
    }
    let decoded = try SchemaDecoder(limits: limits).decode(table)
    schema = decoded.schema
    wire = decoded.wire
    return decoded.schema
  }

  private mutating func decodeBatch(
    _ table: FlatTable, _ body: ArrowBuffer
  ) throws(ArrowError) -> RecordBatch {
    guard let schema else {
      throw ArrowError(.malformed, "a batch came before the schema")
    }
    var reader = try BatchReader(table, body, limits)
    var columns: [ArrowColumn] = []
    columns.reserveCapacity(wire.count)
    for field in wire {
      do {
        var column = try readColumn(&reader, field.bufferType, table)
        if let encoding = field.dictionary {
          column = try lookUp(column, encoding, field.field.type, &reader)
        }
        columns.append(column)
      } catch {
        throw error.named(field.field.name)
      }
    }
    try reader.finish()
    return try RecordBatch(schema: schema, columns: columns, rowCount: reader.rowCount)
  }

  private mutating func readColumn(
    _ reader: inout BatchReader, _ type: ArrowType, _ table: FlatTable
  ) throws(ArrowError) -> ArrowColumn {
    switch reader.compression {
    case .none: try reader.next(type, &plain)
    case .lz4: try reader.next(type, &lz4)
    case .zstd: try reader.next(type, &zstd)
    }
  }

  private mutating func decodeDictionary(
    _ table: FlatTable, _ body: ArrowBuffer
  ) throws(ArrowError) {
    let id = try table.integer(0, default: Int64(0))
    guard let field = wire.first(where: { $0.dictionary?.id == id }) else {
      throw ArrowError(.malformed, "the dictionary \(id) belongs to no column")
    }
    do throws(ArrowError) {
      guard let data = try table.table(1) else {
        throw ArrowError(.malformed, "the dictionary has no values")
      }
      var reader = try BatchReader(data, body, limits)
      var values = try readColumn(&reader, field.field.type, data)
      try reader.finish()
      if try table.bool(2), let known = dictionaries[id] {
        values = try ArrowColumn.concatenating([known, values])
      }
      let others = dictionaries.reduce(0) { $0 + ($1.key == id ? 0 : $1.value.byteCount) }
      guard values.byteCount <= limits.maxDictionaryBytes - others else {
        throw ArrowError(
          .limitExceeded,
          "the dictionaries have more than \(limits.maxDictionaryBytes) bytes; send plain columns")
      }
      dictionaries[id] = values
    } catch {
      throw error.named(field.field.name)
    }
  }

  /// Replaces indices by the values they point to.
  private func lookUp(
    _ indices: ArrowColumn, _ encoding: WireField.Dictionary, _ type: ArrowType,
    _ reader: inout BatchReader
  ) throws(ArrowError) -> ArrowColumn {
    guard let dictionary = dictionaries[encoding.id] else {
      guard indices.nullCount == indices.length else {
        throw ArrowError(.malformed, "the column's dictionary was not sent")
      }
      let nulls = try ArrowColumn.nulls(type, count: indices.length, maxBytes: reader.bytesLeft)
      reader.take(bytes: nulls.byteCount)
      return nulls
    }
    let expanded = try indices.lookingUp(dictionary, maxBytes: reader.bytesLeft)
    reader.take(bytes: expanded.byteCount)
    return expanded
  }
}

/// The eight bytes before an encapsulated message.
enum MessagePrefix {
  static let byteCount = 8

  /// Reads the length of the metadata, or nil at the end of the stream.
  static func metadataBytes(
    _ bytes: ArrowBuffer, _ limits: ArrowLimits
  ) throws(ArrowError) -> Int? {
    guard bytes.count >= byteCount else {
      throw ArrowError(.malformed, "the message is shorter than its prefix of 8 bytes")
    }
    let (marker, count) = unsafe (
      bytes.bytes.unsafeLoadUnaligned(as: UInt32.self),
      bytes.bytes.unsafeLoadUnaligned(fromByteOffset: 4, as: Int32.self)
    )
    guard marker == 0xFFFF_FFFF else {
      throw ArrowError(
        .malformed, "this is not an Arrow stream: a message does not start with FF FF FF FF")
    }
    guard count != 0 else { return nil }
    guard count > 0, Int(count) <= limits.maxMetadataBytes else {
      throw ArrowError(
        .limitExceeded,
        "a message's metadata has \(count) bytes, allowed are \(limits.maxMetadataBytes)")
    }
    return Int(count)
  }
}
