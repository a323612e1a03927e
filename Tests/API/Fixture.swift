import Foundation
import PurSightAPI
import PurSightInterop
import PurSightJSON
import PurSightRPC
import Testing

/// One message as Google's Python implementation encodes it and writes it as JSON;
/// `Fixtures/make.py`.
struct Fixture: CustomTestStringConvertible {
  let file: String
  let line: Int
  let type: String
  let bytes: [UInt8]
  let json: String

  var testDescription: String { "\(file):\(line)" }

  static func all(_ file: String) throws -> [Fixture] {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Fixtures/\(file)")
    let text = try String(contentsOf: url, encoding: .utf8)
    return try text.split(separator: "\n").enumerated().map { index, line in
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      try #require(parts.count == 3)
      return Fixture(
        file: file, line: index + 1, type: String(parts[0]), bytes: unhex(String(parts[1])),
        json: String(parts[2]))
    }
  }
}

/// Bytes from hexadecimal digits; blanks are passed over.
func unhex(_ hex: String) -> [UInt8] {
  let digits = hex.utf8.filter { $0 != 0x20 }.map {
    UInt8(Character(Unicode.Scalar($0)).hexDigitValue ?? 0)
  }
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// A JSON text as a value in which order and spelling of numbers do not count.
func normalized(_ json: String) throws -> JSONValue {
  try JSONValue(parsing: Array(json.utf8)).normalized
}

/// Both descriptor tables: that of the API and that of the test messages.
let testSchema = ProtoSchema([APIDescriptors.all, InteropDescriptors.all])

/// What `body` throws.
func rpcError(_ body: () throws -> Void) -> RPCError? {
  do {
    try body()
    return nil
  } catch {
    return error as? RPCError
  }
}

/// A small generator with a seed (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

extension JSONValue {
  /// The same value with the members of objects in the order of their keys and numbers as doubles,
  /// so that `1e+20` and `100000000000000000000` are equal.
  var normalized: JSONValue {
    switch self {
    case .number(let number): .number(JSONNumber(text: "\(number.double)"))
    case .array(let elements): .array(elements.map(\.normalized))
    case .object(let members):
      .object(
        members.map { Member($0.key, $0.value.normalized) }.sorted { $0.key < $1.key })
    default: self
    }
  }
}
