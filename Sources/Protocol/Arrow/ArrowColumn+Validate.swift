extension ArrowColumn {
  /// Checks what only a look at every row can: that offsets rise and stay inside the values, and
  /// that text is UTF-8.
  ///
  /// - Throws: `malformed`, with the row.
  package func validate() throws(ArrowError) {
    switch type.layout {
    case .null, .bits, .fixedWidth: return
    case .variable(offsetWidth: 4): try checkOffsets(Int32.self)
    case .variable: try checkOffsets(Int64.self)
    }
    if type.isText { try checkText() }
  }

  private func checkOffsets<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ type: Offset.Type
  ) throws(ArrowError) {
    let offsets = offsets.span(of: type)
    var previous = offsets[0]
    var isRising = previous >= 0
    for row in 0..<length {
      let next = offsets[row &+ 1]
      isRising = isRising && next >= previous
      previous = next
    }
    guard isRising else {
      throw ArrowError(.malformed, "the offsets are negative or fall")
    }
    guard Int(truncatingIfNeeded: previous) <= values.count else {
      throw ArrowError(
        .malformed, "an offset points to byte \(previous) of \(values.count) bytes of values")
    }
  }

  /// Looks at all text at once, then, only if that fails, row by row: what a null slot holds does
  /// not matter.
  private func checkText() throws(ArrowError) {
    guard length > 0 else { return }
    let start = range(of: 0).lowerBound
    let end = range(of: length - 1).upperBound
    let text = values.bytes.extracting(start..<end)
    let whole = Self.utf8(text)
    if whole == .ascii { return }
    if whole == .valid && !splitsScalar(start, end) { return }
    for row in 0..<length where isValid(row) && Self.utf8(bytes(at: row)) == .invalid {
      throw ArrowError(.malformed, "row \(row) is not UTF-8; convert the text or send it as binary")
    }
  }

  /// Whether a row starts in the middle of a scalar of text that is valid as a whole.
  private func splitsScalar(_ start: Int, _ end: Int) -> Bool {
    let bytes = values.bytes
    for row in 0..<length {
      let first = range(of: row).lowerBound
      if first < end {
        let byte = unsafe bytes.unsafeLoad(fromByteOffset: first, as: UInt8.self)
        if byte & 0xC0 == 0x80 { return true }
      }
    }
    return false
  }

  private enum TextKind {
    case ascii, valid, invalid
  }

  private static func utf8(_ bytes: borrowing RawSpan) -> TextKind {
    let text = Span<UInt8>(_bytes: bytes.extracting(0..<bytes.byteCount))
    guard let span = try? UTF8Span(validating: text) else { return .invalid }
    return span.isKnownASCII ? .ascii : .valid
  }
}
