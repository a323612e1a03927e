import PurSightArrow
import Testing

@Suite("Arrow IPC streams")
struct ArrowStreamTests {
  private func check(
    _ stream: (schema: ArrowSchema?, batches: [RecordBatch]), against fixture: Fixture
  ) throws {
    let expected = try fixture.expected()
    let schema = try #require(stream.schema)
    #expect(schema.fields.map(\.name) == expected.fields.map(\.name))
    #expect(schema.fields.map(\.type.description) == expected.fields.map(\.type))
    #expect(schema.fields.map(\.nullable) == expected.fields.map(\.nullable))
    #expect(schema.fields.map { entries($0.metadata) } == expected.fields.map(\.metadata))
    #expect(entries(schema.metadata) == expected.metadata)
    #expect(stream.batches.map(\.rowCount) == expected.batches.map(\.rows))
    for (batch, rows) in zip(stream.batches, expected.batches) {
      for (position, column) in batch.columns.enumerated() {
        #expect(texts(column) == rows.columns[position], "\(schema.fields[position].name)")
        #expect(column.nullCount == rows.columns[position].count { $0 == nil })
      }
    }
  }

  private func entries(_ metadata: [ArrowMetadata]) -> [String: String] {
    Dictionary(uniqueKeysWithValues: metadata.map { ($0.key, $0.value) })
  }

  @Test(arguments: Fixture.all)
  func `what pyarrow wrote is read`(_ fixture: Fixture) throws {
    try check(try readStream(fixture.stream()), against: fixture)
  }

  @Test(arguments: Fixture.all)
  func `pieces of one and of seven bytes make no difference`(_ fixture: Fixture) throws {
    let bytes = try fixture.stream()
    try check(try readStream(bytes, pieces: 7), against: fixture)
    try check(try readStream(bytes, pieces: 1), against: fixture)
  }

  @Test(arguments: Fixture.all, ArrowCompression.allCases)
  func `what is written again is the same`(
    _ fixture: Fixture, _ compression: ArrowCompression
  ) throws {
    let stream = try readStream(fixture.stream())
    let schema = try #require(stream.schema)
    let written = try writeStream(schema, stream.batches, compression)
    #expect(written.count % 8 == 0)
    try check(try readStream(written), against: fixture)
  }

  @Test func `a stream may end without its marker, but not inside a message`() throws {
    let bytes = try Fixture(name: "types").stream()
    let whole = Array(bytes.dropLast(8))
    #expect(try readStream(whole).batches.count == 1)
    for count in stride(from: 0, to: whole.count, by: 61) {
      let error = #expect(throws: ArrowError.self) { try readStream(Array(whole.prefix(count))) }
      #expect(error?.code == .malformed)
    }
  }

  @Test func `bytes after the end are refused`() throws {
    let bytes = try Fixture(name: "types").stream() + [0]
    #expect(throws: ArrowError.self) { try readStream(bytes) }
  }

  @Test func `something else than Arrow is refused with a sentence`() {
    let error = #expect(throws: ArrowError.self) { try readStream(Array("year,month,day\n".utf8)) }
    #expect(error?.message.contains("not an Arrow stream") == true)
  }

  @Test func `compressed streams are smaller`() throws {
    let stream = try readStream(Fixture(name: "flights_zstd").stream())
    let schema = try #require(stream.schema)
    let plain = try writeStream(schema, stream.batches).count
    #expect(try writeStream(schema, stream.batches, .lz4).count < plain * 8 / 10)
    #expect(try writeStream(schema, stream.batches, .zstd).count < plain * 6 / 10)
  }

  @Test func `a message in Flight's two parts is the same batch`() throws {
    let stream = try readStream(Fixture(name: "types").stream())
    let schema = try #require(stream.schema)
    var encoder = ArrowEncoder(schema, compression: .lz4)
    let start = ArrowEncoder.message(of: schema)
    let message = try encoder.encode(stream.batches[0])
    // An odd start in a larger array, as a protobuf field has: buffers get aligned.
    let body = ArrowBuffer([1] + message.body).slice(1..<message.body.count + 1)
    var decoder = ArrowDecoder()
    guard
      case .schema = try decoder.decode(
        header: ArrowBuffer(start.header), body: ArrowBuffer(start.body)),
      case .batch(let batch) = try decoder.decode(header: ArrowBuffer(message.header), body: body)
    else {
      Issue.record("the messages are a schema and a batch")
      return
    }
    let expected = try Fixture(name: "types").expected().batches[0]
    #expect(batch.columns.map(texts) == expected.columns)
  }
}
