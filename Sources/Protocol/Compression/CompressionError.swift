/// Why bytes could not be compressed or decompressed.
package struct CompressionError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// The compressed bytes break their format or fail its checksum.
    case corrupt
    /// The compressed bytes end too early.
    case truncated
    /// The decompressed bytes, or the memory needed to decompress them, pass a limit.
    case tooLarge
    /// The library has no memory.
    case outOfMemory
  }

  package let code: Code
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}

/// What one step of a streaming decoder has done.
package struct DecodeStep: Sendable, Equatable {
  /// How many bytes of the input were taken.
  package let consumed: Int
  /// How many bytes were appended to the output.
  package let produced: Int
}
