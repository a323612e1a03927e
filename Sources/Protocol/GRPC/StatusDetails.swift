package import PurSightRPC

/// `grpc-status-details-bin`: a `google.rpc.Status`, coded by hand because it is this small.
///
/// Source: google/rpc/status.proto: `int32 code = 1; string message = 2; repeated Any details = 3`;
/// google/protobuf/any.proto: `string type_url = 1; bytes value = 2`.
package enum StatusDetails {
  private static let typePrefix = "type.googleapis.com/"
  /// Details of one status that are read from a peer.
  private static let maxDetails = 64

  package static func encode(_ error: RPCError) -> [UInt8] {
    var status: [UInt8] = []
    if error.code.rawValue != 0 {
      status.append(0x08)
      // A negative int32 is sign-extended to ten bytes.
      appendVarint(UInt64(bitPattern: Int64(error.code.rawValue)), to: &status)
    }
    if !error.message.isEmpty { appendField(2, Array(error.message.utf8), to: &status) }
    for detail in error.details {
      var any: [UInt8] = []
      appendField(1, Array((typePrefix + detail.typeName).utf8), to: &any)
      if !detail.value.isEmpty { appendField(2, detail.value, to: &any) }
      appendField(3, any, to: &status)
    }
    return status
  }

  /// The details of an encoded status; empty if it is malformed.
  package static func decode(_ bytes: [UInt8]) -> [RPCError.Detail] {
    var details: [RPCError.Detail] = []
    var reader = FieldReader(bytes[...])
    while let field = reader.next() {
      guard field.number == 3, let any = field.bytes else { continue }
      guard details.count < maxDetails else { break }
      var detail = RPCError.Detail(typeName: "", value: [])
      var inner = FieldReader(any)
      while let part = inner.next() {
        guard let value = part.bytes else { continue }
        if part.number == 1 {
          let url = String(decoding: value, as: UTF8.self)
          detail.typeName = url.split(separator: "/").last.map(String.init) ?? url
        } else if part.number == 2 {
          detail.value = Array(value)
        }
      }
      if inner.isMalformed { return [] }
      details.append(detail)
    }
    return reader.isMalformed ? [] : details
  }

  private static func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(value))
  }

  private static func appendField(_ number: UInt8, _ value: [UInt8], to bytes: inout [UInt8]) {
    bytes.append(number << 3 | 2)
    appendVarint(UInt64(value.count), to: &bytes)
    bytes += value
  }
}

/// Walks the fields of one protobuf message without knowing it.
private struct FieldReader {
  struct Field {
    let number: UInt64
    /// The content of a length-delimited field, nil for any other.
    let bytes: ArraySlice<UInt8>?
  }

  private var rest: ArraySlice<UInt8>
  private(set) var isMalformed = false

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func next() -> Field? {
    guard !rest.isEmpty, !isMalformed else { return nil }
    guard let tag = varint() else { return malformed() }
    switch tag & 7 {
    case 0:
      guard varint() != nil else { return malformed() }
      return Field(number: tag >> 3, bytes: nil)
    case 1: return skip(8, tag)
    case 2:
      guard let length = varint(), length <= UInt64(rest.count) else { return malformed() }
      let content = rest.prefix(Int(length))
      rest = rest.dropFirst(Int(length))
      return Field(number: tag >> 3, bytes: content)
    case 5: return skip(4, tag)
    default: return malformed()
    }
  }

  private mutating func skip(_ count: Int, _ tag: UInt64) -> Field? {
    guard rest.count >= count else { return malformed() }
    rest = rest.dropFirst(count)
    return Field(number: tag >> 3, bytes: nil)
  }

  private mutating func malformed() -> Field? {
    isMalformed = true
    return nil
  }

  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }
}
