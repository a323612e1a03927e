internal import CPurSightOpenSSL

/// The one owner of a memory BIO.
@safe struct MemoryBIO: ~Copyable {
  let raw: OpaquePointer

  /// Makes an empty BIO to write into.
  init() throws(CryptoError) {
    guard let raw = unsafe BIO_new(BIO_s_mem()) else { throw CryptoError.library("BIO_new") }
    unsafe self.raw = raw
  }

  /// Makes a BIO that reads a copy of some bytes.
  init(contents: [UInt8]) throws(CryptoError) {
    guard let raw = unsafe BIO_new(BIO_s_mem()) else { throw CryptoError.library("BIO_new") }
    guard unsafe contents.isEmpty || BIO_write(raw, contents, Int32(contents.count)) > 0 else {
      unsafe BIO_free(raw)
      throw CryptoError.library("BIO_write")
    }
    unsafe self.raw = raw
  }

  deinit {
    unsafe BIO_free(raw)
  }

  /// A copy of what was written and not yet read.
  var contents: [UInt8] {
    var start: UnsafePointer<UInt8>?
    let count = unsafe pursight_bio_contents(raw, &start)
    return unsafe Array(UnsafeBufferPointer(start: start, count: max(0, count)))
  }
}
