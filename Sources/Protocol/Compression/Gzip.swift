internal import CPurSightZlib

/// The wrapping around deflate data (RFC 1951).
package enum DeflateFormat: Sendable {
  /// RFC 1952, with a CRC-32.
  case gzip
  /// RFC 1950, with an Adler-32; HTTP calls it `deflate`.
  case zlib

  /// zlib's `windowBits`: 15 is the 32 KiB window, 16 added selects the gzip wrapping.
  var windowBits: Int32 {
    switch self {
    case .gzip: 15 + 16
    case .zlib: 15
    }
  }
}

/// Whole messages in and out of gzip.
package enum Gzip {
  /// zlib's own default, between speed and size.
  package static let defaultLevel: Int32 = 6

  /// Returns the bytes as one gzip member.
  package static func compress(_ bytes: [UInt8], level: Int32 = defaultLevel) -> [UInt8] {
    unsafe compress(bytes.span.bytes, level: level)
  }

  /// Returns the bytes as one gzip member.
  package static func compress(
    _ bytes: borrowing RawSpan, level: Int32 = defaultLevel
  ) -> [UInt8] {
    var output: [UInt8] = []
    var deflater = Deflater(format: .gzip, level: level)
    deflater.deflate(bytes, appendingTo: &output)
    deflater.finish(appendingTo: &output)
    return output
  }

  /// Returns what gzip members hold, one after another.
  ///
  /// - Parameter limit: the most bytes that may come out.
  /// - Throws: `tooLarge` beyond the limit, `corrupt` or `truncated` for bad input.
  package static func decompress(
    _ bytes: [UInt8], limit: Int
  ) throws(CompressionError) -> [UInt8] {
    try decompress(unsafe bytes.span.bytes, limit: limit)
  }

  /// Returns what gzip members hold, one after another.
  ///
  /// - Parameter limit: the most bytes that may come out.
  /// - Throws: `tooLarge` beyond the limit, `corrupt` or `truncated` for bad input.
  package static func decompress(
    _ bytes: borrowing RawSpan, limit: Int
  ) throws(CompressionError) -> [UInt8] {
    var output: [UInt8] = []
    var inflater = Inflater(format: .gzip, limit: limit)
    var position = 0
    while position < bytes.byteCount {
      let rest = bytes.extracting(position..<bytes.byteCount)
      let step = try inflater.decode(rest, appendingTo: &output, atMost: .max)
      position += step.consumed
      // No progress with input left cannot be; a wrong library must not make it an endless loop.
      if step.consumed == 0 && step.produced == 0 { break }
    }
    try inflater.finish()
    return output
  }
}
