// FUZZ_TARGET=name fuzz FILE…        runs the files through a target; a trap is a finding
// FUZZ_TARGET=name fuzz CORPUS …     the same under libFuzzer, in a build of dev/fuzz.sh

internal import Glibc
internal import PurSightFuzzTargets

/// Which target this process fuzzes.
private let target: FuzzTarget = {
  let name = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    let names = FuzzTarget.all.map(\.name).joined(separator: " ")
    complain("FUZZ_TARGET is one of \(names)")
    exit(64)
  }
  return target
}()

private func complain(_ text: String) {
  var line = text + "\n"
  _ = line.withUTF8 { unsafe write(2, $0.baseAddress, $0.count) }
}

#if FUZZING
  // libFuzzer has the main function and calls this for each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target.body(unsafe Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
  }
#else
  @main enum Program {
    static func main() {
      for path in CommandLine.arguments.dropFirst() {
        guard let bytes = read(path) else {
          complain("fuzz: \(path) cannot be read")
          exit(66)
        }
        target.body(bytes)
      }
    }

    private static func read(_ path: String) -> [UInt8]? {
      guard let file = unsafe fopen(path, "rb") else { return nil }
      defer { unsafe fclose(file) }
      var bytes: [UInt8] = []
      var block = [UInt8](repeating: 0, count: 64 << 10)
      while true {
        let count = unsafe fread(&block, 1, block.count, file)
        if count == 0 { return bytes }
        bytes += block[..<count]
      }
    }
  }
#endif
