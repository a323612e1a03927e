package import PurSightArrow

extension Bitmap {
  /// The bits at the positions where `kept` has a one, in order.
  package func compacted(by kept: Bitmap) -> Bitmap {
    var bits = BitmapBuilder()
    for row in 0..<count where kept[row] { bits.append(self[row]) }
    return bits.finish()
  }

  /// The bits as bytes, the first row in the lowest bit: what `failing_rows.bits` holds.
  package var packedBytes: [UInt8] {
    let size = (count + 7) / 8
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    for index in 0..<wordCount {
      let word = self.word(index)
      for byte in 0..<8 where bytes.count < size {
        bytes.append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(byte))))
      }
    }
    return bytes
  }
}
