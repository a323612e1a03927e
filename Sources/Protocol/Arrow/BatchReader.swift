/// Takes the columns out of one `RecordBatch` table (Message.fbs) and its body, in order.
struct BatchReader {
  let rowCount: Int
  let compression: ArrowCompression
  /// The bytes that the batch's columns may still take.
  private(set) var bytesLeft: Int
  private let body: ArrowBuffer
  private let nodes: [(first: Int64, second: Int64)]
  private let buffers: [(first: Int64, second: Int64)]
  private var nextNode = 0
  private var nextBuffer = 0

  /// - Throws: `malformed`, `unsupported` or `limitExceeded`.
  init(_ table: FlatTable, _ body: ArrowBuffer, _ limits: ArrowLimits) throws(ArrowError) {
    let length = try table.integer(0, default: Int64(0))
    guard length >= 0, length <= Int64(min(limits.maxRows, RecordBatch.maxRows)) else {
      throw ArrowError(
        .limitExceeded, "the batch has \(length) rows, allowed are 0 to \(limits.maxRows)")
    }
    rowCount = Int(length)
    nodes = try table.pairs(1)
    buffers = try table.pairs(2)
    compression = try Self.compression(table)
    bytesLeft = limits.maxBatchBytes
    self.body = body
  }

  private static func compression(_ table: FlatTable) throws(ArrowError) -> ArrowCompression {
    guard let compression = try table.table(3) else { return .none }
    guard try compression.integer(1, default: Int8(0)) == 0 else {
      throw ArrowError(.unsupported, "only bodies compressed buffer by buffer are taken")
    }
    switch try compression.integer(0, default: Int8(0)) {
    case 0: return .lz4
    case 1: return .zstd
    case let codec: throw ArrowError(.unsupported, "there is no body codec with number \(codec)")
    }
  }

  /// Counts memory that a column takes beyond its buffers.
  mutating func take(bytes: Int) {
    bytesLeft = max(0, bytesLeft - bytes)
  }

  /// Takes the next column.
  ///
  /// - Throws: `malformed` or `limitExceeded`, without the column's name.
  mutating func next(
    _ type: ArrowType, _ compressor: inout BufferCompressor
  ) throws(ArrowError) -> ArrowColumn {
    guard nextNode < nodes.count else {
      throw ArrowError(.malformed, "the batch has fewer columns than the schema")
    }
    let node = nodes[nextNode]
    nextNode += 1
    guard node.first == Int64(rowCount) else {
      throw ArrowError(.malformed, "the column has \(node.first) rows, the batch \(rowCount)")
    }
    if type == .null { return try .nulls(.null, count: rowCount, maxBytes: 0) }
    let bits = try buffer(&compressor)
    let isVariable = type.bufferCount == 3
    let offsets = isVariable ? try buffer(&compressor) : .empty
    let values = try buffer(&compressor)
    let column = try ArrowColumn(
      type: type, length: rowCount, validity: try validity(bits, nulls: node.second),
      offsets: offsets, values: values)
    guard Int64(column.nullCount) == node.second else {
      throw ArrowError(
        .malformed,
        "the column says it has \(node.second) nulls, its bitmap has \(column.nullCount)")
    }
    try column.validate()
    return column
  }

  private func validity(_ bits: ArrowBuffer, nulls: Int64) throws(ArrowError) -> Bitmap? {
    if bits.count == 0 && nulls == 0 { return nil }
    guard bits.count >= Bitmap.byteCount(of: rowCount) else {
      throw ArrowError(
        .malformed, "the validity bitmap has \(bits.count) bytes for \(rowCount) rows")
    }
    return Bitmap(bits, count: rowCount)
  }

  private mutating func buffer(
    _ compressor: inout BufferCompressor
  ) throws(ArrowError) -> ArrowBuffer {
    guard nextBuffer < buffers.count else {
      throw ArrowError(.malformed, "the batch has fewer buffers than its columns need")
    }
    let (start, count) = buffers[nextBuffer]
    nextBuffer += 1
    guard start >= 0, count >= 0, start <= Int64(body.count), count <= Int64(body.count) - start
    else {
      throw ArrowError(
        .malformed, "a buffer lies at \(start) with \(count) bytes, the body has \(body.count)")
    }
    let raw = body.slice(Int(start)..<Int(start) + Int(count))
    let decoded = try compressor.decode(raw, limit: bytesLeft)
    guard decoded.count <= bytesLeft else {
      throw ArrowError(.limitExceeded, "the batch is over its limit of bytes; send smaller batches")
    }
    bytesLeft -= decoded.count
    return decoded
  }

  /// Checks that nothing is left over.
  ///
  /// - Throws: `malformed` when the batch has more columns or buffers than the schema.
  func finish() throws(ArrowError) {
    guard nextNode == nodes.count, nextBuffer == buffers.count else {
      throw ArrowError(.malformed, "the batch has more columns or buffers than the schema says")
    }
  }
}
