/// One way into the program for bytes of strangers.
///
/// Its body takes any bytes. It returns where they are refused in order, and traps where what must
/// hold does not: that is what a fuzzer looks for.
package struct FuzzTarget: Sendable {
  /// The name on the command line and of the corpus folder.
  package let name: String
  package let body: @Sendable ([UInt8]) -> Void

  init(_ name: String, _ body: @escaping @Sendable ([UInt8]) -> Void) {
    self.name = name
    self.body = body
  }

  package static let all: [FuzzTarget] = [
    FuzzTarget("frames", fuzzFrames), FuzzTarget("headers", fuzzHeaders),
    FuzzTarget("calls", fuzzCalls),
    FuzzTarget("framing", fuzzFraming), FuzzTarget("json", fuzzJSON),
    FuzzTarget("messages", fuzzMessages), FuzzTarget("arrow", fuzzArrow),
    FuzzTarget("csv", fuzzCSV), FuzzTarget("note", fuzzNote),
  ]
}

/// Takes decisions from the front of the input, so that the fuzzer can change them.
struct FuzzInput {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// A number from 0 to 255; 0 at the end.
  mutating func number() -> Int { Int(rest.popFirst() ?? 0) }

  /// The rest in pieces of `size` bytes.
  func pieces(of size: Int) -> [[UInt8]] {
    stride(from: rest.startIndex, to: rest.endIndex, by: size).map {
      Array(rest[$0..<min($0 + size, rest.endIndex)])
    }
  }
}
