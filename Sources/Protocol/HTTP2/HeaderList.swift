internal import CPurSightNGHTTP2

/// Header fields to be sent, in order. Reusable, single-owner; sealed lists may be shared.
///
/// Names are lower-case, pseudo-header fields come first. The library checks nothing here: callers
/// pass only names and values that RFC 9113 §8.2 allows.
///
/// `@unchecked Sendable`: a sealed list is never changed again; one that is not sealed stays with
/// its owner.
@safe package final class HeaderList: @unchecked Sendable {
  @safe @exclusivity(unchecked) private var text = ByteBuffer()
  @exclusivity(unchecked) private var table: UnsafeMutablePointer<nghttp2_nv>
  @safe @exclusivity(unchecked) private var capacity: Int
  @safe @exclusivity(unchecked) private var spans:
    [(offset: Int, name: Int, value: Int, isSensitive: Bool)] = []
  @safe @exclusivity(unchecked) private var isSealed = false

  private static let initialCapacity = 8

  package init() {
    capacity = Self.initialCapacity
    unsafe table = .allocate(capacity: Self.initialCapacity)
  }

  /// A sealed list, for fields that are the same in every call; lives as long as the process.
  package static func permanent(_ fields: [(StaticString, StaticString)]) -> HeaderList {
    let list = HeaderList()
    for (name, value) in fields { list.add(name, value) }
    list.isSealed = true
    let flags = NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue
    list.fillTable(UInt8(flags))
    // The library borrows the bytes until a frame has gone out, which may be at any time.
    _ = unsafe Unmanaged.passRetained(list)
    return list
  }

  deinit { unsafe table.deallocate() }

  package var count: Int { spans.count }
  package var isEmpty: Bool { spans.isEmpty }

  package func removeAll() {
    text.removeAll()
    spans.removeAll(keepingCapacity: true)
  }

  package func add(_ name: StaticString, _ value: StaticString) {
    unsafe add(
      UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
      UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
  }

  package func add(_ name: StaticString, _ value: String) {
    var value = value
    value.withUTF8 { bytes in
      unsafe add(
        UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
        UnsafeRawBufferPointer(bytes))
    }
  }

  /// Adds a field; a sensitive one is kept out of both sides' compression tables (RFC 7541 §7.1).
  package func add(_ name: String, _ value: String, isSensitive: Bool = false) {
    var (name, value) = (name, value)
    name.withUTF8 { nameBytes in
      value.withUTF8 { valueBytes in
        unsafe add(
          UnsafeRawBufferPointer(nameBytes), UnsafeRawBufferPointer(valueBytes),
          isSensitive: isSensitive)
      }
    }
  }

  package func add(
    _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, isSensitive: Bool = false
  ) {
    precondition(!isSealed, "a sealed header list is not changed")
    spans.append((text.count, name.count, value.count, isSensitive))
    unsafe text.append(name)
    unsafe text.append(value)
  }

  /// The fields as name and value, for tests and logs.
  package var fields: [(name: String, value: String)] {
    spans.map { span in
      let bytes = unsafe text.bytes[span.offset..<(span.offset + span.name + span.value)]
      return unsafe (
        String(decoding: bytes.prefix(span.name), as: UTF8.self),
        String(decoding: bytes.dropFirst(span.name), as: UTF8.self)
      )
    }
  }

  /// Lends the fields as the library's table. It copies what is not sealed.
  @inline(__always) func withTable<R>(_ body: (UnsafeMutablePointer<nghttp2_nv>, Int) -> R) -> R {
    if !isSealed { fillTable(0) }
    return unsafe body(table, spans.count)
  }

  private func fillTable(_ flags: UInt8) {
    if spans.count > capacity {
      unsafe table.deallocate()
      capacity = spans.count
      unsafe table = .allocate(capacity: capacity)
    }
    guard let base = unsafe text.bytes.baseAddress else { return }
    for (index, span) in spans.enumerated() {
      let name = unsafe UnsafeMutablePointer(
        mutating: (base + span.offset).assumingMemoryBound(to: UInt8.self))
      let privacy = span.isSensitive ? UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue) : 0
      unsafe (table + index).initialize(
        to: nghttp2_nv(
          name: name, value: name + span.name, namelen: span.name, valuelen: span.value,
          flags: flags | privacy))
    }
  }
}
