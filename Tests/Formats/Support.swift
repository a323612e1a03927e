import Foundation
import PurSightArrow
import PurSightFormats
import Testing

/// A file of `Fixtures` (see `make.py` there).
func fixture(_ name: String) throws -> [UInt8] {
  let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)")
  return [UInt8](try Data(contentsOf: url))
}

/// The batch of a stream that pyarrow wrote.
func arrowFixture(_ name: String) throws -> RecordBatch {
  var reader = ArrowStreamReader()
  let bytes = ArrowBuffer(try fixture(name))
  var batches: [RecordBatch] = []
  for event in try reader.receive(bytes.bytes) {
    if case .batch(let batch) = event { batches.append(batch) }
  }
  return try RecordBatch.concatenating(batches)
}

/// What reading a file gave.
struct ReadResult {
  var schema: ArrowSchema
  var inference: [InferredColumn]
  var batches: [SourceBatch]

  var rows: [[String?]] { batches.flatMap { $0.batch.rows } }
  var rejected: [RejectedRow] { batches.flatMap(\.rejected) }
}

/// Reads CSV that comes in pieces of `size` bytes.
func readCSV(
  _ bytes: [UInt8], _ options: CSVOptions = CSVOptions(), pieces size: Int = .max
) throws(FormatError) -> ReadResult {
  var reader = try CSVReader(options)
  var batches: [SourceBatch] = []
  for piece in split(bytes, size) { batches += try reader.receive(piece.bytes) }
  batches += try reader.finish()
  return ReadResult(
    schema: reader.schema ?? ArrowSchema([]), inference: reader.inference, batches: batches)
}

func readCSV(
  _ text: String, _ options: CSVOptions = CSVOptions(), pieces size: Int = .max
) throws(FormatError) -> ReadResult {
  try readCSV(Array(text.utf8), options, pieces: size)
}

/// Reads JSON Lines that come in pieces of `size` bytes.
func readJSONLines(
  _ bytes: [UInt8], _ options: JSONLinesOptions = JSONLinesOptions(), pieces size: Int = .max
) throws(FormatError) -> ReadResult {
  var reader = try JSONLinesReader(options)
  var batches: [SourceBatch] = []
  for piece in split(bytes, size) { batches += try reader.receive(piece.bytes) }
  batches += try reader.finish()
  return ReadResult(
    schema: reader.schema ?? ArrowSchema([]), inference: reader.inference, batches: batches)
}

func split(_ bytes: [UInt8], _ size: Int) -> [ArrowBuffer] {
  let whole = ArrowBuffer(bytes)
  let step = max(1, min(size, bytes.count))
  return stride(from: 0, to: bytes.count, by: step).map {
    whole.slice($0..<min($0 + step, bytes.count))
  }
}

extension RecordBatch {
  /// The values as text, row by row: integers in decimal, also those that count time.
  var rows: [[String?]] {
    (0..<rowCount).map { row in columns.map { $0.text(row) } }
  }
}

extension ArrowColumn {
  func text(_ row: Int) -> String? {
    guard isValid(row) else { return nil }
    return switch type {
    case .bool: String(bits[row])
    case .utf8: string(at: row)
    case .float64: String(span(of: Double.self)[row])
    case .float32: String(span(of: Float.self)[row])
    case .int8: String(span(of: Int8.self)[row])
    case .int16: String(span(of: Int16.self)[row])
    case .int32, .date32: String(span(of: Int32.self)[row])
    case .int64, .timestamp: String(span(of: Int64.self)[row])
    case .uint8: String(span(of: UInt8.self)[row])
    case .uint64: String(span(of: UInt64.self)[row])
    default: "\(type)"
    }
  }
}
