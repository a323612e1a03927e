extension ColumnBuilder {
  /// Appends values of fixed width, of which a set bit in `validity` is one and a clear bit a null.
  ///
  /// - Parameters:
  ///   - values: as many as there are bits; what stands in the place of a null is kept but has no
  ///     meaning.
  ///   - validity: is emptied.
  package mutating func append<Value: BitwiseCopyable>(
    _ values: borrowing Span<Value>, validity: inout BitmapBuilder
  ) {
    precondition(
      layout == .fixedWidth(MemoryLayout<Value>.stride), "the width is the column's")
    precondition(values.count == validity.count, "there is a bit per value")
    appendFixed(values)
    appendBits(&validity)
  }

  /// Appends bits of a `bool` column, of which a set bit in `validity` is one and a clear bit a
  /// null. Both are emptied.
  package mutating func append(bits: inout BitmapBuilder, validity: inout BitmapBuilder) {
    precondition(layout == .bits, "only bool columns hold bits")
    precondition(bits.count == validity.count, "there is a bit per value")
    let source = bits.finish()
    appendBits(source)
    appendBits(&validity)
  }
}
