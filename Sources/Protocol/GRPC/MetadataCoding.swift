package import PurSightHTTP2
package import PurSightRPC

/// Call metadata as header fields, both ways.
///
/// Source: gRPC over HTTP/2, "Custom-Metadata".
package enum MetadataCoding {
  /// Adds every entry that may be sent as custom metadata.
  ///
  /// Left out: reserved names (`grpc-…`, fields of HTTP itself), names with other bytes than
  /// `0-9 a-z _ - .`, text that is not printable ASCII.
  package static func append(_ metadata: Metadata, to list: HeaderList) {
    for entry in metadata.entries where isSendable(entry.name) {
      let isSensitive = staysOutOfTables(entry.name)
      switch entry.value {
      case .text(let text):
        guard !entry.name.hasSuffix("-bin"), isPrintable(text) else { continue }
        list.add(entry.name, text, isSensitive: isSensitive)
      case .bytes(let bytes):
        guard entry.name.hasSuffix("-bin") else { continue }
        // Bytes rarely repeat: kept out of the table, they push nothing out of it.
        list.add(entry.name, BinaryValue.encode(bytes), isSensitive: true)
      }
    }
  }

  /// The custom metadata of a header block. A `-bin` value that is no base64 is left out.
  package static func decode(_ fields: HeaderFields) -> Metadata {
    var metadata = Metadata()
    var fields = fields
    while let field = fields.next() {
      guard unsafe field.name.first != UInt8(ascii: ":") else { continue }
      let name = unsafe String(decoding: field.name, as: UTF8.self)
      guard isReceivable(name) else { continue }
      if name.hasSuffix("-bin") {
        // A comma joins values, so nothing between two of them is a value without bytes.
        let parts = unsafe field.value.split(
          separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        for index in unsafe parts.indices {
          if let bytes = unsafe BinaryValue.decode(trimmed(parts[index])) {
            metadata.add(name, bytes: bytes)
          }
        }
      } else {
        metadata.add(name, unsafe String(decoding: field.value, as: UTF8.self))
      }
    }
    return metadata
  }

  /// The first value of one field, by its lower-case name.
  package static func value(_ name: StaticString, in fields: HeaderFields) -> String? {
    var fields = fields
    while let field = fields.next() {
      if unsafe field.name.equals(name) {
        return unsafe String(decoding: field.value, as: UTF8.self)
      }
    }
    return nil
  }

  /// When a call may be tried again: gRPC's own, but for servers to set (gRFC A6).
  private static let pushback = "grpc-retry-pushback-ms"

  // By length first, here and below: nearly every name is decided by that.

  /// Secrets; and ids, which differ in every call, push useful entries out of the compression
  /// tables and make every search in them longer.
  private static func staysOutOfTables(_ name: String) -> Bool {
    switch name.utf8.count {
    case 6: name == "cookie"
    case 12: name == "x-request-id"
    case 13: name == "authorization"
    default: false
    }
  }

  /// Fields of HTTP and gRPC themselves.
  private static func isOwn(_ name: String) -> Bool {
    switch name.utf8.count {
    case 2: name == "te"
    case 4: name == "host"
    case 7: name == "upgrade"
    case 10: name == "connection" || name == "keep-alive"
    case 12: name == "content-type"
    case 14: name == "content-length"
    case 16: name == "proxy-connection" || name == "content-encoding"
    case 17: name == "transfer-encoding"
    default: false
    }
  }

  private static func isSendable(_ name: String) -> Bool {
    !name.isEmpty && (!name.hasPrefix("grpc-") || name == pushback) && !isOwn(name)
      && isName(name)
  }

  private static func isReceivable(_ name: String) -> Bool {
    if isOwn(name) { return false }
    if name == pushback { return true }
    return !name.hasPrefix("grpc-") || name.hasSuffix("-bin") && name != "grpc-status-details-bin"
  }

  // Loops over the bytes where they lie: `allSatisfy` takes several times as long.

  private static func isName(_ name: String) -> Bool {
    var name = name
    return name.withUTF8 { bytes in
      for index in 0..<bytes.count where unsafe !isNameByte(bytes[index]) { return false }
      return true
    }
  }

  private static func isPrintable(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      for index in 0..<bytes.count where unsafe !isPrintable(bytes[index]) { return false }
      return true
    }
  }

  @inline(__always) private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  @inline(__always) private static func isPrintable(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte <= 0x7E
  }

  private static func trimmed(
    _ part: UnsafeRawBufferPointer.SubSequence
  ) -> UnsafeRawBufferPointer.SubSequence {
    var part = unsafe part
    while unsafe part.first == UInt8(ascii: " ") { unsafe part = unsafe part.dropFirst() }
    while unsafe part.last == UInt8(ascii: " ") { unsafe part = unsafe part.dropLast() }
    return unsafe part
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the bytes are those of `text`.
  @inline(__always) func equals(_ text: StaticString) -> Bool {
    unsafe count == text.utf8CodeUnitCount && starts(with: text)
  }

  /// Whether the bytes begin with those of `text`.
  @inline(__always) func starts(with text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard count >= length, let base = baseAddress else { return length == 0 }
    return unsafe isEqual(base, text.utf8Start, length)
  }
}
