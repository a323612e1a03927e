internal import PurSightArrow
internal import PurSightGovernance

/// Counts the values that break a rule, each described once.
struct FailingValues: Sendable {
  /// Most different values that are counted; above, neither they nor the top are known.
  static let maxValues = 10_000
  /// Values in a result.
  static let topCount = 10

  private var indices: [UInt64: Int] = [:]
  private var values: [FailingValue] = []
  private var isOverflown = false

  /// Adds the rows whose bits are set; `prints` tells values apart.
  mutating func add(
    _ failing: [UInt64], _ columns: [ArrowColumn], _ prints: (Int) -> UInt64
  ) {
    guard !isOverflown else { return }
    for word in failing.indices {
      var rest = failing[word]
      while rest != 0 {
        let row = word &* 64 &+ rest.trailingZeroBitCount
        rest &= rest &- 1
        let isNull = columns.contains { !$0.isValid(row) }
        // Null has a fingerprint that no value is given.
        let print = isNull ? 0 : FingerprintSet.stored(prints(row))
        if let index = indices[print] {
          values[index].count += 1
          continue
        }
        guard values.count < Self.maxValues else {
          isOverflown = true
          return
        }
        indices[print] = values.count
        values.append(FailingValue(text: ValueText.text(columns, row), count: 1))
      }
    }
  }

  /// How many different values there are; 0 when there are too many to know.
  var distinct: Int64 { isOverflown ? 0 : Int64(values.count) }

  /// The most frequent values, ties in the order of their text.
  var top: [FailingValue] {
    if isOverflown { return [] }
    return Array(
      values.sorted { ($1.count, $0.text ?? "") < ($0.count, $1.text ?? "") }
        .prefix(Self.topCount))
  }
}

extension FailingValues {
  private static let maxTextBytes = 1 << 16

  func write(to writer: inout StateWriter) {
    writer.append(byte: isOverflown ? 1 : 0)
    writer.append(values.count)
    var prints = [UInt64](repeating: 0, count: values.count)
    for (print, index) in indices { prints[index] = print }
    for (print, value) in zip(prints, values) {
      writer.append(fixed: print)
      writer.append(UInt64(value.count))
      writer.append(byte: value.text == nil ? 0 : 1)
      writer.append(counted: Array((value.text ?? "").utf8))
    }
  }

  init(from reader: inout StateReader) throws(ComputeError) {
    self.init()
    isOverflown = try reader.byte() == 1
    for index in 0..<(try reader.count(limit: Self.maxValues)) {
      let print = try reader.fixed()
      let count = try reader.rows()
      let isPresent = try reader.byte() == 1
      let text = String(decoding: try reader.counted(limit: Self.maxTextBytes), as: UTF8.self)
      indices[print] = index
      values.append(FailingValue(text: isPresent ? text : nil, count: count))
    }
  }
}
