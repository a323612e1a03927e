import PurSightArrow
import Testing

@Suite("Segments")
struct SegmentTests {
  private func batch(_ name: String = "types") throws -> RecordBatch {
    try #require(try readStream(Fixture(name: name).stream()).batches.first)
  }

  private func encode(
    _ batch: RecordBatch, _ compression: ArrowCompression
  ) throws(ArrowError) -> Segment {
    var encoder = SegmentEncoder(compression: compression)
    return try encoder.encode(batch)
  }

  private func decode(
    _ segment: Segment, _ schema: ArrowSchema, bytes: [UInt8]? = nil,
    limits: ArrowLimits = .defaults
  ) throws(ArrowError) -> RecordBatch {
    var decoder = SegmentDecoder(limits: limits)
    return try decoder.decode(
      segment.layout, schema: schema, bytes: ArrowBuffer(bytes ?? segment.bytes))
  }

  @Test(
    arguments: ["types", "sliced", "empty", "flights_zstd", "dictionaries"],
    ArrowCompression.allCases)
  func `a batch comes back`(_ name: String, _ compression: ArrowCompression) throws {
    let batch = try batch(name)
    let segment = try encode(batch, compression)
    let read = try decode(segment, batch.schema)
    #expect(read.rowCount == batch.rowCount)
    #expect(read.schema == batch.schema)
    #expect(read.columns.map(texts) == batch.columns.map(texts))
    #expect(try SegmentLayout(decoding: segment.layout.encoded) == segment.layout)
  }

  @Test(arguments: ArrowCompression.allCases)
  func `a projection needs only the bytes of its columns`(_ compression: ArrowCompression) throws {
    let batch = try batch("flights_zstd")
    let segment = try encode(batch, compression)
    let wanted = [3, 1]
    let parts = segment.layout.ranges(of: wanted).map { range in
      SegmentPart(offset: range.lowerBound, bytes: ArrowBuffer(Array(segment.bytes[range])))
    }
    #expect(parts.reduce(0) { $0 + $1.bytes.count } < segment.bytes.count)
    var decoder = SegmentDecoder()
    let read = try decoder.decode(
      segment.layout, schema: batch.schema, columns: wanted, parts: parts)
    #expect(read.schema.fields.map(\.name) == ["time_hour", "dep_delay"])
    #expect(read.columns.map(texts) == wanted.map { texts(batch.columns[$0]) })
  }

  @Test func `neighbours are read in one range`() throws {
    let layout = try encode(try batch("flights_zstd"), .lz4).layout
    #expect(layout.ranges(of: [2, 1]).count == 1)
    #expect(layout.ranges(of: [0, 2, 3]).count == 2)
    #expect(layout.ranges(of: [0, 1, 2, 3]).map(\.count) == [layout.columns[3].range.upperBound])
  }

  @Test func `bounds are the least and greatest values`() throws {
    let batch = try batch()
    let layout = try encode(batch, .none).layout
    func bounds(_ name: String) throws -> SegmentColumn {
      layout.columns[try #require(batch.schema.index(of: name))]
    }
    // The extremes that make.py puts in front.
    #expect(try bounds("int8").maximum == .int64(127))
    #expect(try bounds("int64").minimum == .int64(.min))
    #expect(try bounds("int64").maximum == .int64(.max))
    #expect(try bounds("uint64").minimum == .uint64(0))
    #expect(try bounds("uint64").maximum == .uint64(.max))
    #expect(try bounds("float64").minimum == .float64(-.infinity))
    #expect(try bounds("utf8").minimum == .bytes([]))
    #expect(try bounds("utf8").maximum == .bytes(Array("北京首都国际机场".utf8)))
    #expect(try bounds("nothing").minimum == nil)
    #expect(try bounds("nothing").nullCount == 12)
  }

  @Test func `bounds leave NaN out and are rounded where text is long`() throws {
    var numbers = ColumnBuilder(.float64)
    for value in [Double.nan, 2, -1, .nan] { numbers.append(value) }
    var long = ColumnBuilder(.utf8)
    try long.append(String(repeating: "a", count: 100))
    try long.append(String(repeating: "z", count: 100))
    for _ in 0..<2 { long.appendNull() }
    var endless = ColumnBuilder(.binary)
    for _ in 0..<4 {
      try endless.append(bytes: ArrowBuffer([UInt8](repeating: 255, count: 70)).bytes)
    }
    let batch = try RecordBatch(
      schema: ArrowSchema([
        ArrowField("n", .float64), ArrowField("t", .utf8), ArrowField("b", .binary),
      ]), columns: [numbers.finish(), long.finish(), endless.finish()])
    let columns = try encode(batch, .none).layout.columns
    #expect(columns[0].minimum == .float64(-1))
    #expect(columns[0].maximum == .float64(2))
    #expect(columns[1].minimum == .bytes([UInt8](repeating: 0x61, count: 64)))
    #expect(columns[1].maximum == .bytes([UInt8](repeating: 0x7A, count: 63) + [0x7B]))
    #expect(columns[2].maximum == nil)
  }

  @Test func `a damaged byte is found and its column named`() throws {
    let batch = try batch("flights_zstd")
    let segment = try encode(batch, .zstd)
    for (position, column) in segment.layout.columns.enumerated() {
      var bytes = segment.bytes
      bytes[column.range.lowerBound + column.range.count / 2] ^= 1
      let error = #expect(throws: ArrowError.self) {
        try decode(segment, batch.schema, bytes: bytes)
      }
      #expect(error?.code == .checksumMismatch)
      #expect(error?.column == batch.schema.fields[position].name)
    }
  }

  @Test func `every truncation and flipped byte of a layout is found`() throws {
    let encoded = try encode(try batch(), .lz4).layout.encoded
    let layout = try SegmentLayout(decoding: encoded)
    for count in 0..<encoded.count {
      #expect(throws: ArrowError.self) {
        try SegmentLayout(decoding: Array(encoded.prefix(count)))
      }
    }
    for index in encoded.indices {
      var damaged = encoded
      damaged[index] ^= 0x40
      if let read = try? SegmentLayout(decoding: damaged) {
        // Counts, offsets and bounds have no checksum of their own: they differ, but do not trap.
        #expect(read != layout)
      }
    }
  }

  @Test func `a segment over the limit is refused`() throws {
    let batch = try batch("flights_zstd")
    var limits = ArrowLimits()
    limits.maxBatchBytes = 1_000
    let error = #expect(throws: ArrowError.self) {
      try decode(encode(batch, .zstd), batch.schema, limits: limits)
    }
    #expect(error?.code == .limitExceeded)
  }
}
