import PurSightArrow
import Testing

@Suite("Bitmaps")
struct BitmapTests {
  /// Bits without a pattern, from the parity of a product.
  private func bits(_ count: Int) -> [Bool] {
    (0..<count).map { ($0 &* 2_654_435_761) >> 7 & 1 == 1 }
  }

  private func array(_ bitmap: Bitmap) -> [Bool] { (0..<bitmap.count).map { bitmap[$0] } }

  @Test(arguments: [0, 1, 7, 8, 9, 63, 64, 65, 128, 200])
  func `bits come back and are counted`(_ count: Int) {
    let expected = bits(count)
    let bitmap = Bitmap(expected)
    #expect(array(bitmap) == expected)
    #expect(bitmap.countOfOnes == expected.count { $0 })
    #expect(bitmap.countOfZeros == expected.count { !$0 })
  }

  @Test func `the first bit is the lowest of the first byte`() {
    #expect(Bitmap([true, false, false, true]).buffer.array[0] == 0b1001)
  }

  @Test(arguments: [0..<0, 0..<200, 1..<200, 7..<150, 8..<72, 63..<65, 64..<64, 130..<199])
  func `a slice has the bits of its range`(_ range: Range<Int>) {
    let expected = bits(200)
    let slice = Bitmap(expected).slice(range)
    #expect(array(slice) == Array(expected[range]))
    #expect(slice == Bitmap(Array(expected[range])))
  }

  @Test(arguments: [0, 1, 63, 64, 65, 100])
  func `ranges of another bitmap are appended at any bit`(_ first: Int) {
    let expected = bits(300)
    let whole = Bitmap(expected)
    var builder = BitmapBuilder()
    builder.append(whole, 0..<first)
    builder.append(whole, first..<300)
    builder.append(repeating: true, count: 70)
    #expect(builder.count == 370)
    let bitmap = builder.finish()
    #expect(array(bitmap) == expected + [Bool](repeating: true, count: 70))
  }

  @Test(arguments: [0, 1, 63, 64, 65, 299])
  func `bits after a truncation follow the ones before`(_ count: Int) {
    let expected = bits(300)
    var builder = BitmapBuilder()
    builder.append(Bitmap(expected), 0..<300)
    builder.truncate(to: count)
    builder.append(true)
    #expect(builder.countOfOnes == expected.prefix(count).count { $0 } + 1)
    #expect(array(builder.finish()) == Array(expected.prefix(count)) + [true])
  }

  @Test func `bytes after the last bit do not count`() {
    let bitmap = Bitmap(ArrowBuffer([0xFF, 0xFF, 0xFF]), count: 9)
    #expect(bitmap.countOfOnes == 9)
    #expect(bitmap.word(0) == 0x1FF)
  }
}
