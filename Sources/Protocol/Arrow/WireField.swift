/// A field as a stream sends it: what the column is, and how it is encoded.
struct WireField: Sendable {
  /// A dictionary that a column's values are looked up in (Schema.fbs, `DictionaryEncoding`).
  struct Dictionary: Sendable {
    let id: Int64
    /// One of the eight integer types.
    let indexType: ArrowType
  }

  let field: ArrowField
  let dictionary: Dictionary?

  /// The type whose buffers a record batch carries for this field.
  var bufferType: ArrowType { dictionary?.indexType ?? field.type }
}

/// The numbers of the union `Type` (Schema.fbs).
enum FlatTypeNumber {
  static let null: UInt8 = 1
  static let int: UInt8 = 2
  static let floatingPoint: UInt8 = 3
  static let binary: UInt8 = 4
  static let utf8: UInt8 = 5
  static let bool: UInt8 = 6
  static let decimal: UInt8 = 7
  static let date: UInt8 = 8
  static let time: UInt8 = 9
  static let timestamp: UInt8 = 10
  static let fixedSizeBinary: UInt8 = 15
  static let duration: UInt8 = 18
  static let largeBinary: UInt8 = 19
  static let largeUtf8: UInt8 = 20

  /// The name that an error gives to a type which is not taken.
  static func name(of number: UInt8) -> String {
    let names = [
      "none", "null", "int", "floating point", "binary", "utf8", "bool", "decimal", "date", "time",
      "timestamp", "interval", "list", "struct", "union", "fixed size binary", "fixed size list",
      "map", "duration", "large binary", "large utf8", "large list", "run end encoded",
      "binary view", "utf8 view", "list view", "large list view",
    ]
    return Int(number) < names.count ? names[Int(number)] : "type number \(number)"
  }
}
