import PurSightArrow
import Testing

/// Messages that a hostile or broken peer sends: they may only be refused.
@Suite("Hostile Arrow messages")
struct HostileMessageTests {
  /// SplitMix64, so that a failure can be repeated.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return value ^ (value >> 31)
    }
  }

  private static var small: ArrowLimits {
    var limits = ArrowLimits()
    limits.maxBatchBytes = 4 << 20
    limits.maxRows = 1 << 16
    return limits
  }

  /// Bytes that mean much to a flatbuffer: zero, one, signs, extremes.
  private static let interesting: [UInt8] = [0, 1, 2, 4, 8, 0x7F, 0x80, 0xFE, 0xFF]

  private func mutate(_ bytes: [UInt8], _ generator: inout Generator) -> [UInt8] {
    var mutated = bytes
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let index = Int.random(in: 0..<mutated.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: mutated[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: mutated[index] = UInt8.random(in: .min ... .max, using: &generator)
      case 2: mutated[index] = Self.interesting.randomElement(using: &generator) ?? 0
      case 3:
        let count = min(4, mutated.count - index)
        let value: UInt8 = Bool.random(using: &generator) ? 0xFF : 0
        for offset in 0..<count { mutated[index + offset] = value }
      default:
        let other = Int.random(in: 0..<mutated.count, using: &generator)
        let count = min(8, mutated.count - max(index, other))
        for offset in 0..<count { mutated[index + offset] = bytes[other + offset] }
      }
    }
    return mutated
  }

  /// Whatever is read may be looked at everywhere.
  private func use(_ batch: RecordBatch) -> Int {
    batch.columns.reduce(0) { $0 + texts($1).count } + batch.byteCount
  }

  @Test(arguments: Fixture.all)
  func `thousands of mutated streams are read or refused`(_ fixture: Fixture) throws {
    let bytes = try fixture.stream()
    var generator = Generator(state: UInt64(bytes.count))
    var refused = 0
    for _ in 0..<400 {
      do throws(ArrowError) {
        let stream = try readStream(mutate(bytes, &generator), limits: Self.small)
        for batch in stream.batches { #expect(use(batch) >= 0) }
      } catch {
        refused += 1
        #expect(!error.message.isEmpty)
      }
    }
    #expect(refused > 20)
  }

  @Test func `mutated segments are read or refused`() throws {
    let batch = try #require(try readStream(Fixture(name: "types").stream()).batches.first)
    var generator = Generator(state: 7)
    for compression in ArrowCompression.allCases {
      var encoder = SegmentEncoder(compression: compression)
      let segment = try encoder.encode(batch)
      let encoded = segment.layout.encoded
      for _ in 0..<700 {
        guard let layout = try? SegmentLayout(decoding: mutate(encoded, &generator)) else {
          continue
        }
        var decoder = SegmentDecoder(limits: Self.small)
        if let read = try? decoder.decode(
          layout, schema: batch.schema, bytes: ArrowBuffer(segment.bytes))
        {
          #expect(use(read) >= 0)
        }
      }
    }
  }

  private func message(
    _ type: ArrowType, _ column: ArrowColumn, limits: ArrowLimits = .defaults
  ) throws(ArrowError) -> RecordBatch? {
    let schema = ArrowSchema([ArrowField("price", type)])
    let batch = try RecordBatch(schema: schema, columns: [column])
    return try readStream(writeStream(schema, [batch]), limits: limits).batches.first
  }

  @Test(arguments: [[0, 5, 3, 6], [0, 2, 4, 7], [-1, 2, 4, 6], [0, 2, 4, -6]] as [[Int32]])
  func `offsets that fall or point outside name the column`(_ offsets: [Int32]) throws {
    // Our own writer trusts columns, so that it can be made to lie.
    let column = try ArrowColumn(
      type: .binary, length: 3, offsets: ArrowBuffer(copying: [0, 2, 4, 6] as [Int32]),
      values: ArrowBuffer([1, 2, 3, 4, 5, 6]))
    let schema = ArrowSchema([ArrowField("price", .binary)])
    let batch = try RecordBatch(schema: schema, columns: [column])
    var encoder = ArrowEncoder(schema)
    let honest = try encoder.encode(batch)
    var body = honest.body
    for (index, offset) in offsets.enumerated() {
      for byte in 0..<4 {
        body[4 * index + byte] = UInt8(truncatingIfNeeded: offset >> (8 * Int32(byte)))
      }
    }
    var decoder = ArrowDecoder()
    _ = try decoder.decode(message: ArrowBuffer(ArrowEncoder.message(of: schema).encapsulated))
    var refusal: ArrowError?
    do throws(ArrowError) {
      _ = try decoder.decode(
        message: ArrowBuffer(ArrowMessage(header: honest.header, body: body).encapsulated))
    } catch { refusal = error }
    #expect(refusal?.code == .malformed)
    #expect(refusal?.column == "price")
  }

  @Test func `text that is not UTF-8 names the row, unless the row is null`() throws {
    func column(_ validity: Bitmap?) throws(ArrowError) -> ArrowColumn {
      try ArrowColumn(
        type: .utf8, length: 2, validity: validity,
        offsets: ArrowBuffer(copying: [0, 1, 3] as [Int32]),
        values: ArrowBuffer([0x61, 0xC3, 0x28]))
    }
    let error = #expect(throws: ArrowError.self) { try message(.utf8, column(nil)) }
    #expect(error?.column == "price")
    #expect(error?.message.contains("row 1") == true)
    #expect(try message(.utf8, column(Bitmap([true, false])))?.rowCount == 2)
  }

  @Test func `a scalar cut in two between rows is not UTF-8`() throws {
    let column = try ArrowColumn(
      type: .utf8, length: 2, offsets: ArrowBuffer(copying: [0, 1, 2] as [Int32]),
      values: ArrowBuffer([0xC3, 0xBC]))
    #expect(throws: ArrowError.self) { try message(.utf8, column) }
  }

  @Test func `limits hold at the limit and one beyond`() throws {
    let column = ArrowColumn.self
    let rows = try column.init(
      type: .int8, length: 10, values: ArrowBuffer([UInt8](repeating: 1, count: 10)))
    var limits = ArrowLimits()
    limits.maxRows = 10
    limits.maxBatchBytes = 10
    #expect(try message(.int8, rows, limits: limits)?.rowCount == 10)
    limits.maxRows = 9
    #expect(
      #expect(throws: ArrowError.self) { try message(.int8, rows, limits: limits) }?.code
        == .limitExceeded)
    limits.maxRows = 10
    limits.maxBatchBytes = 9
    #expect(
      #expect(throws: ArrowError.self) { try message(.int8, rows, limits: limits) }?.code
        == .limitExceeded)
    limits.maxBatchBytes = 10
    limits.maxBodyBytes = 15
    #expect(
      #expect(throws: ArrowError.self) { try message(.int8, rows, limits: limits) }?.code
        == .limitExceeded)
  }

  @Test func `a million columns are refused before they are read`() throws {
    let schema = ArrowSchema((0..<10_001).map { ArrowField("c\($0)", .null) })
    var limits = ArrowLimits()
    limits.maxColumns = 10_000
    let error = #expect(throws: ArrowError.self) {
      try readStream(writeStream(schema, []), limits: limits)
    }
    #expect(error?.code == .limitExceeded)
  }

  @Test(arguments: [-38, 38])
  func `a decimal's scale is taken up to the limit, one more is refused`(_ scale: Int) throws {
    func read(_ scale: Int) throws(ArrowError) -> ArrowSchema? {
      let type = ArrowType.decimal128(precision: 38, scale: scale)
      return try readStream(writeStream(ArrowSchema([ArrowField("price", type)]), [])).schema
    }
    #expect(try read(scale)?.fields[0].type == .decimal128(precision: 38, scale: scale))
    let error = #expect(throws: ArrowError.self) { try read(scale + scale.signum()) }
    #expect(error?.column == "price")
  }

  @Test func `a dictionary that expands beyond the limit is refused`() throws {
    // Fixture: ten rows; the dictionary's longest text has seven bytes.
    var limits = ArrowLimits()
    limits.maxBatchBytes = 400
    let bytes = try Fixture(name: "dictionaries").stream()
    let error = #expect(throws: ArrowError.self) { try readStream(bytes, limits: limits) }
    #expect(error?.code == .limitExceeded)
    #expect(error?.column != nil)
  }

  @Test func `a second schema and a batch before the schema are refused`() throws {
    let schema = ArrowSchema([ArrowField("a", .int8)])
    let start = ArrowEncoder.message(of: schema).encapsulated
    #expect(throws: ArrowError.self) { try readStream(start + start) }
    var encoder = ArrowEncoder(schema)
    let batch = try RecordBatch(
      schema: schema, columns: [ArrowColumn(type: .int8, length: 1, values: ArrowBuffer([1]))])
    let message = try encoder.encode(batch).encapsulated
    #expect(throws: ArrowError.self) { try readStream(message) }
  }
}
