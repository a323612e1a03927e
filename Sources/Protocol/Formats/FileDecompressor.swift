internal import PurSightArrow
internal import PurSightCompression

/// Takes gzip or ZSTD off a file that arrives in pieces, and lets any other file through.
///
/// The first four bytes tell (RFC 1952 §2.3.1, RFC 8878 §3.1.1). The caller says how much may come
/// out at a time, so that a small piece cannot fill the memory. Places in the file
/// (`SourcePosition`) are then those of what comes out. Single owner.
package struct FileDecompressor: ~Copyable, Sendable {
  /// How a file is compressed.
  package enum Kind: String, Sendable {
    case none, gzip, zstd
  }

  /// How the file is compressed, once its first bytes have come.
  package private(set) var kind: Kind?

  private var inflater: Inflater?
  private var zstd: ZSTDDecoder?
  /// The first bytes, until they are enough to tell.
  private var head: [UInt8] = []
  private let limit: Int

  private static let headBytes = 4

  /// - Parameter limit: the most bytes that may come out in all.
  package init(limit: Int = .max) {
    self.limit = limit
    // Assigned apart: an optional of a noncopyable type has no default value.
    inflater = nil
    zstd = nil
  }

  /// Takes bytes of the file and appends what they hold.
  ///
  /// When `room` bytes came out there may be more: call again with the bytes that were not consumed
  /// (possibly none) until less comes.
  ///
  /// - Throws: `badCompression` for bad bytes, `limitExceeded` beyond the limit.
  package mutating func decode(
    _ input: borrowing RawSpan, appendingTo output: inout [UInt8], atMost room: Int
  ) throws(FormatError) -> (consumed: Int, produced: Int) {
    if kind != nil && head.isEmpty { return try step(input, &output, room) }
    let taken = min(Self.headBytes - head.count, input.byteCount)
    head.append(bytes: input.extracting(0..<taken))
    if kind == nil && head.count == Self.headBytes { decide() }
    guard kind != nil else { return (taken, 0) }
    let rest = try drainHead(&output, room)
    return (taken, rest)
  }

  /// Says that no bytes follow.
  ///
  /// - Throws: `badCompression` when the file ends in the middle.
  package mutating func finish(appendingTo output: inout [UInt8]) throws(FormatError) {
    if kind == nil { kind = Kind.none }
    if kind == Kind.none {
      output += head
      head = []
      return
    }
    do throws(CompressionError) {
      try inflater?.finish()
      try zstd?.finish()
    } catch {
      throw Self.failure(error)
    }
  }

  private mutating func decide() {
    if head.starts(with: [0x1F, 0x8B, 0x08]) {
      kind = .gzip
      inflater = Inflater(format: .gzip, limit: limit)
    } else if head == [0x28, 0xB5, 0x2F, 0xFD] {
      kind = .zstd
      zstd = ZSTDDecoder(limit: limit)
    } else {
      kind = Kind.none
    }
  }

  /// Works the first bytes off.
  private mutating func drainHead(
    _ output: inout [UInt8], _ room: Int
  ) throws(FormatError) -> Int {
    let bytes = ArrowBuffer(head)
    let step = try step(bytes.bytes, &output, room)
    head.removeFirst(step.consumed)
    return step.produced
  }

  private mutating func step(
    _ input: borrowing RawSpan, _ output: inout [UInt8], _ room: Int
  ) throws(FormatError) -> (consumed: Int, produced: Int) {
    do throws(CompressionError) {
      if let step = try inflater?.decode(input, appendingTo: &output, atMost: room) {
        return (step.consumed, step.produced)
      }
      if let step = try zstd?.decode(input, appendingTo: &output, atMost: room) {
        return (step.consumed, step.produced)
      }
    } catch {
      throw Self.failure(error)
    }
    let count = min(input.byteCount, room)
    output.append(bytes: input.extracting(0..<count))
    return (count, count)
  }

  private static func failure(_ error: CompressionError) -> FormatError {
    switch error.code {
    case .tooLarge: FormatError(.limitExceeded, error.message + "; raise the limit")
    case .corrupt, .truncated, .outOfMemory:
      FormatError(.badCompression, error.message + "; copy the file again")
    }
  }
}
