import PurSightHTTP2
import Testing

@Suite("ByteBuffer") struct ByteBufferTests {
  @Test func `it behaves as an array whatever the order of changes`() {
    var random = Generator(seed: 42)
    for _ in 0..<50 {
      var buffer = ByteBuffer()
      var model: [UInt8] = []
      for _ in 0..<200 {
        switch random.next() % 6 {
        case 0, 1, 2:
          let bytes = (0..<Int(random.next() % 700)).map { _ in UInt8(random.next() & 255) }
          buffer.append(bytes)
          model += bytes
        case 3, 4:
          let count = Int(random.next() % UInt64(model.count + 1))
          buffer.removeFirst(count)
          model.removeFirst(count)
        default:
          let count = Int(random.next() % UInt64(min(model.count, 20) + 1))
          buffer.removeLast(count)
          model.removeLast(count)
        }
        let (content, count) = (buffer.array, buffer.count)
        #expect(content == model)
        #expect(count == model.count)
      }
      buffer.removeAll()
      let isEmpty = buffer.isEmpty
      #expect(isEmpty)
    }
  }
}

/// SplitMix64, so that a failing run can be repeated.
struct Generator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
