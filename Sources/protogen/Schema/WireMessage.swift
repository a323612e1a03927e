/// One encoded message, field by field, in the order it came: read by number, changed, encoded
/// again.
///
/// protogen reads descriptors this way, which needs no generated code before there is a generator.
/// Source: Protocol Buffers, "Encoding".
struct WireMessage: Equatable {
  enum Value: Equatable {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes([UInt8])
  }

  struct Field: Equatable {
    var number: UInt32
    var value: Value
  }

  var fields: [Field] = []

  init() {}

  init(_ bytes: some Collection<UInt8>) throws(ProtogenError) {
    var reader = WireReader(ArraySlice(Array(bytes)))
    while let field = try reader.next() { fields.append(field) }
  }

  // MARK: Reading

  /// The last value of this field that is text; empty where there is none.
  func text(_ number: UInt32) -> String { texts(number).last ?? "" }

  func texts(_ number: UInt32) -> [String] {
    fields.compactMap { field in
      guard field.number == number, case .bytes(let bytes) = field.value else { return nil }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// The last value of this field that is a varint; nil where there is none.
  func integer(_ number: UInt32) -> UInt64? {
    for field in fields.reversed() where field.number == number {
      if case .varint(let value) = field.value { return value }
    }
    return nil
  }

  func int32(_ number: UInt32) -> Int32 { Int32(truncatingIfNeeded: integer(number) ?? 0) }

  func flag(_ number: UInt32) -> Bool { integer(number) ?? 0 != 0 }

  /// The last value of this field that is a double.
  func double(_ number: UInt32) -> Double? {
    for field in fields.reversed() where field.number == number {
      if case .fixed64(let bits) = field.value { return Double(bitPattern: bits) }
    }
    return nil
  }

  func messages(_ number: UInt32) throws(ProtogenError) -> [WireMessage] {
    var result: [WireMessage] = []
    for field in fields where field.number == number {
      if case .bytes(let bytes) = field.value { result.append(try WireMessage(bytes)) }
    }
    return result
  }

  func message(_ number: UInt32) throws(ProtogenError) -> WireMessage? {
    try messages(number).last
  }

  /// The numbers of a packed or unpacked repeated field.
  func integers(_ number: UInt32) throws(ProtogenError) -> [Int32] {
    var result: [Int32] = []
    for field in fields where field.number == number {
      switch field.value {
      case .varint(let value): result.append(Int32(truncatingIfNeeded: value))
      case .bytes(let bytes):
        var reader = WireReader(bytes[...])
        while !reader.isAtEnd { result.append(Int32(truncatingIfNeeded: try reader.varint())) }
      case .fixed32, .fixed64: break
      }
    }
    return result
  }

  // MARK: Changing

  mutating func remove(_ number: UInt32) { fields.removeAll { $0.number == number } }

  mutating func set(_ number: UInt32, _ text: String) {
    remove(number)
    fields.append(Field(number: number, value: .bytes(Array(text.utf8))))
  }

  mutating func set(_ number: UInt32, _ value: UInt64) {
    remove(number)
    fields.append(Field(number: number, value: .varint(value)))
  }

  /// Replaces each message of this field, in place.
  mutating func update(
    _ number: UInt32, _ change: (inout WireMessage, Int) throws(ProtogenError) -> Void
  ) throws(ProtogenError) {
    var count = 0
    for index in fields.indices where fields[index].number == number {
      guard case .bytes(let bytes) = fields[index].value else { continue }
      var message = try WireMessage(bytes)
      try change(&message, count)
      fields[index].value = .bytes(message.encoded())
      count += 1
    }
  }

  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    for field in fields {
      let tag = UInt64(field.number) << 3
      switch field.value {
      case .varint(let value):
        Self.append(tag, to: &bytes)
        Self.append(value, to: &bytes)
      case .fixed64(let value):
        Self.append(tag | 1, to: &bytes)
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
          bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
      case .bytes(let value):
        Self.append(tag | 2, to: &bytes)
        Self.append(UInt64(value.count), to: &bytes)
        bytes += value
      case .fixed32(let value):
        Self.append(tag | 5, to: &bytes)
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
          bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
      }
    }
    return bytes
  }

  private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
