/// Writes an Arrow IPC stream: the schema, batches, the end marker. Single owner.
package struct ArrowStreamWriter: ~Copyable, Sendable {
  private var encoder: ArrowEncoder

  package init(_ schema: ArrowSchema, compression: ArrowCompression = .none) {
    encoder = ArrowEncoder(schema, compression: compression)
  }

  /// The bytes that start the stream.
  package var start: [UInt8] { ArrowEncoder.message(of: encoder.schema).encapsulated }

  /// The bytes of one batch.
  ///
  /// - Throws: `schemaMismatch` when the batch is of another schema.
  package mutating func write(_ batch: RecordBatch) throws(ArrowError) -> [UInt8] {
    try encoder.encode(batch).encapsulated
  }

  /// The bytes that end the stream.
  package var end: [UInt8] { ArrowMessage.endOfStream }
}
