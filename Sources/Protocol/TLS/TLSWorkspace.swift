internal import CPurSightOpenSSL

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Where the connections of one loop put their ciphertext, because only one of them works at a
/// time.
///
/// The caller takes `ciphertext` and calls `removeAll` before another connection is used.
@safe package final class TLSWorkspace {
  private let block: UnsafeMutableRawPointer
  @safe @exclusivity(unchecked) private var size = 0

  /// Bytes one `TLSConnection.write` may be given.
  package static let maxPlaintextBytes = 112 << 10
  /// Holds `maxPlaintextBytes` in records of 16 KiB, each with 22 bytes on top, and some alerts.
  private static let blockBytes = 128 << 10

  package init() { unsafe block = .allocate(byteCount: Self.blockBytes, alignment: 64) }

  deinit { unsafe block.deallocate() }

  /// Bytes of `ciphertext`.
  package var count: Int { @inline(__always) get { size } }

  /// What is to be sent to the peer; borrowed until `removeAll` or the next call.
  @inline(__always) package var ciphertext: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: block, count: size)
  }

  @inline(__always) package func removeAll() { size = 0 }

  /// Appends what fits; returns how much that was.
  @inline(__always) func append(_ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    let taken = min(count, Self.blockBytes &- size)
    unsafe memcpy(block + size, bytes, taken)
    size &+= taken
    return taken
  }
}

/// Both ends of OpenSSL's wire: borrowed input, the workspace as output.
@safe final class TLSWire {
  let workspace: TLSWorkspace
  @safe @exclusivity(unchecked) var input: UnsafeRawPointer?
  @safe @exclusivity(unchecked) var inputCount = 0

  init(_ workspace: TLSWorkspace) { self.workspace = workspace }
}

/// A BIO over `TLSWire`: OpenSSL reads from and writes to our blocks, without buffers in between
/// and with no memory held by an idle connection. Made once, never changed.
nonisolated(unsafe) let wireMethod: OpaquePointer = {
  let type = BIO_get_new_index() | pursight_bio_any_type()
  guard let method = unsafe BIO_meth_new(type, "pursight wire") else {
    preconditionFailure("out of memory")
  }
  unsafe BIO_meth_set_read(method, readWire)
  unsafe BIO_meth_set_write(method, writeWire)
  unsafe BIO_meth_set_ctrl(method, pursight_bio_control)
  return unsafe method
}()

@inline(__always) private func withWire<R>(_ bio: OpaquePointer?, _ body: (TLSWire) -> R) -> R {
  // The connection that made the BIO owns the wire and frees the BIO first.
  unsafe Unmanaged<TLSWire>.fromOpaque(BIO_get_data(bio).unsafelyUnwrapped)
    ._withUnsafeGuaranteedRef(body)
}

private func readWire(
  _ bio: OpaquePointer?, _ target: UnsafeMutablePointer<CChar>?, _ size: Int32
) -> Int32 {
  unsafe withWire(bio) { wire in
    guard wire.inputCount > 0, let input = wire.input, let target = unsafe target else {
      unsafe pursight_bio_retry_read(bio)
      return -1
    }
    let count = min(Int(size), wire.inputCount)
    unsafe memcpy(target, input, count)
    unsafe wire.input = input + count
    wire.inputCount &-= count
    unsafe pursight_bio_no_retry(bio)
    return Int32(truncatingIfNeeded: count)
  }
}

private func writeWire(
  _ bio: OpaquePointer?, _ source: UnsafePointer<CChar>?, _ size: Int32
) -> Int32 {
  unsafe withWire(bio) { wire in
    guard let source = unsafe source else { return 0 }
    let count = unsafe wire.workspace.append(UnsafeRawPointer(source), Int(size))
    if count == 0 {
      unsafe pursight_bio_retry_write(bio)
      return -1
    }
    unsafe pursight_bio_no_retry(bio)
    return Int32(truncatingIfNeeded: count)
  }
}
