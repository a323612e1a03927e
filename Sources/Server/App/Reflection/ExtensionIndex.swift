internal import PurSightAPI

/// Which files extend which types: read from the encoded descriptors once.
///
/// Looks at three fields only: `FileDescriptorProto.extension` (7), `FieldDescriptorProto.extendee`
/// (2) and `.number` (3), see google/protobuf/descriptor.proto. The descriptors are our own, so
/// what does not fit is skipped.
struct ExtensionIndex: Sendable {
  private var files: [String: [Int32: Int]] = [:]

  init(_ table: DescriptorTable) {
    for (index, file) in table.files.enumerated() {
      Self.fields(of: file.bytes[...]) { number, content in
        guard number == 7, case .bytes(let field) = content else { return }
        var (extendee, tag) = ("", Int32(0))
        Self.fields(of: field) { number, content in
          switch (number, content) {
          case (2, .bytes(let name)):
            extendee = String(decoding: name.drop { $0 == UInt8(ascii: ".") }, as: UTF8.self)
          case (3, .number(let value)): tag = Int32(truncatingIfNeeded: value)
          default: break
          }
        }
        files[extendee, default: [:]][tag] = index
      }
    }
  }

  /// The index of the file that declares an extension.
  func file(_ type: String, _ number: Int32) -> Int? { files[type]?[number] }

  /// The numbers of a type's extensions, sorted.
  func numbers(of type: String) -> [Int32] { files[type, default: [:]].keys.sorted() }

  private enum Content { case number(UInt64), bytes(ArraySlice<UInt8>) }

  /// Calls `body` with each field of an encoded message that is a varint or has a length.
  private static func fields(of message: ArraySlice<UInt8>, _ body: (Int, Content) -> Void) {
    var rest = message
    while let tag = varint(&rest) {
      switch tag & 7 {
      case 0:
        guard let value = varint(&rest) else { return }
        body(Int(tag >> 3), .number(value))
      case 2:
        guard let count = varint(&rest), count <= UInt64(rest.count) else { return }
        body(Int(tag >> 3), .bytes(rest.prefix(Int(count))))
        rest = rest.dropFirst(Int(count))
      case 1: rest = rest.dropFirst(8)
      case 5: rest = rest.dropFirst(4)
      default: return
      }
    }
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var (value, shift) = (UInt64(0), UInt64(0))
    while let byte = rest.popFirst(), shift < 64 {
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
