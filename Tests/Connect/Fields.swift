import PurSightHTTP2

/// Header fields as a stream keeps them, for as long as `body` runs.
func withFields<R>(_ fields: [(String, String)], _ body: (HeaderFields) -> R) -> R {
  var block: [UInt8] = []
  for (name, value) in fields {
    for count in [name.utf8.count, value.utf8.count] {
      block.append(UInt8(count & 255))
      block.append(UInt8(count >> 8))
    }
    block += Array(name.utf8)
    block += Array(value.utf8)
  }
  return unsafe block.withUnsafeBytes { body(unsafe HeaderFields($0)) }
}

extension HeaderList {
  /// The first value of a field.
  subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}
