import Foundation
import PurSightArrow
import Testing

/// A stream written by pyarrow (`Fixtures/make.py`) and what pyarrow says it holds.
struct Fixture: CustomTestStringConvertible {
  let name: String

  static let all = [
    "types", "types_lz4", "types_zstd", "sliced", "empty", "no_batches", "no_columns",
    "flights_zstd", "flights_lz4", "dictionaries", "dictionaries_zstd", "dictionary_delta",
    "dictionary_replaced", "v4",
  ].map(Fixture.init)

  var testDescription: String { name }

  struct Expected: Decodable {
    struct Field: Decodable {
      let name: String
      let type: String
      let nullable: Bool
      let metadata: [String: String]
    }

    struct Batch: Decodable {
      let rows: Int
      let columns: [[String?]]
    }

    let metadata: [String: String]
    let fields: [Field]
    let batches: [Batch]
  }

  private func url(_ ending: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Fixtures/\(name).\(ending)")
  }

  func stream() throws -> [UInt8] { [UInt8](try Data(contentsOf: url("arrows"))) }

  func expected() throws -> Expected {
    try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url("json")))
  }
}

/// Everything that a stream holds, read in pieces of `size` bytes.
func readStream(
  _ bytes: [UInt8], pieces size: Int = .max, limits: ArrowLimits = .defaults
) throws(ArrowError) -> (schema: ArrowSchema?, batches: [RecordBatch]) {
  var reader = ArrowStreamReader(limits: limits)
  var batches: [RecordBatch] = []
  var position = 0
  while position < bytes.count {
    let end = size < bytes.count - position ? position + size : bytes.count
    let piece = ArrowBuffer(bytes).slice(position..<end)
    for event in try reader.receive(piece.bytes) {
      if case .batch(let batch) = event { batches.append(batch) }
    }
    position = end
  }
  try reader.finish()
  return (reader.schema, batches)
}

/// Everything that a stream holds, written by our own writer.
func writeStream(
  _ schema: ArrowSchema, _ batches: [RecordBatch], _ compression: ArrowCompression = .none
) throws(ArrowError) -> [UInt8] {
  var writer = ArrowStreamWriter(schema, compression: compression)
  var bytes = writer.start
  for batch in batches { bytes += try writer.write(batch) }
  return bytes + writer.end
}

/// A column's values in the text form of the fixtures.
func texts(_ column: ArrowColumn) -> [String?] {
  (0..<column.length).map { row in
    guard column.isValid(row) else { return nil }
    return switch column.type {
    case .null: "null"
    case .bool: column.bits[row] ? "true" : "false"
    case .int8: String(column.span(of: Int8.self)[row])
    case .int16: String(column.span(of: Int16.self)[row])
    case .int32, .date32, .time32: String(column.span(of: Int32.self)[row])
    case .int64, .date64, .time64, .timestamp, .duration:
      String(column.span(of: Int64.self)[row])
    case .uint8: String(column.span(of: UInt8.self)[row])
    case .uint16: String(column.span(of: UInt16.self)[row])
    case .uint32: String(column.span(of: UInt32.self)[row])
    case .uint64: String(column.span(of: UInt64.self)[row])
    case .float32: hexText(column.span(of: UInt32.self)[row], digits: 8)
    case .float64: hexText(column.span(of: UInt64.self)[row], digits: 16)
    case .utf8, .largeUtf8: column.string(at: row)
    case .binary, .largeBinary, .fixedSizeBinary:
      column.values.slice(column.range(of: row)).array.map { hexText($0, digits: 2) }.joined()
    case .decimal128: String(column.span(of: Int128.self)[row])
    }
  }
}

private func hexText(_ value: some FixedWidthInteger, digits: Int) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: digits - text.count) + text
}
