internal import PurSightArrow
internal import PurSightExpression

/// The elements of an `in` list, ready for look-up.
struct PreparedList: Sendable {
  /// Integers, or the order keys of doubles, ascending.
  private(set) var keys: [Int64] = []
  /// Strings or bytes.
  private(set) var texts: TextSet?
  private(set) var hasTrue = false
  private(set) var hasFalse = false
  let type: ExpressionType
  let containsNull: Bool

  var isEmpty: Bool {
    keys.isEmpty && texts == nil && !hasTrue && !hasFalse && !containsNull
  }

  init(_ list: ExpressionProgram.List) {
    type = list.type
    containsNull = list.containsNull
    var texts: Set<[UInt8]> = []
    for element in list.elements {
      switch element {
      case .boolean(true): hasTrue = true
      case .boolean(false): hasFalse = true
      case .double(let value): keys.append(Register.orderKey(value))
      case .string, .bytes: texts.insert(element.rawBytes ?? [])
      case .integer, .date, .timestamp, .duration: keys.append(element.integral ?? 0)
      case .null, .list: break
      }
    }
    keys.sort()
    if !texts.isEmpty { self.texts = TextSet(Array(texts)) }
  }

  /// A list of stored integers.
  init(integers: [Int64]) {
    type = .integer
    containsNull = false
    keys = integers.sorted()
  }

  /// A list of doubles.
  init(doubles: [Double]) {
    type = .double
    containsNull = false
    keys = doubles.map { Register.orderKey($0) }.sorted()
  }

  @inline(__always)
  func contains(_ key: Int64) -> Bool {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low &+ high) &>> 1
      if keys[middle] < key { low = middle &+ 1 } else { high = middle }
    }
    return low < keys.count && keys[low] == key
  }
}

extension Register {
  /// Replaces the values by whether they are in the list: null for null, and for what is not found
  /// in a list with null; an empty list holds nothing, not even null.
  mutating func look(up list: PreparedList, rows: Int) {
    if bits.isEmpty { bits = [UInt64](repeating: 0, count: Self.maxWords) }
    for word in 0..<Words.count(rows) {
      let full = Words.full(word, rows: rows) & ~errors[word]
      if list.isEmpty {
        valid[word] = full
        bits[word] = 0
        continue
      }
      let found = valid[word] & find(list, word, count: min(64, rows &- word &* 64))
      bits[word] = found
      if list.containsNull { valid[word] = found }
    }
  }

  private func find(_ list: PreparedList, _ word: Int, count: Int) -> UInt64 {
    if list.type == .boolean {
      return (list.hasTrue ? bits[word] : 0) | (list.hasFalse ? ~bits[word] : 0)
    }
    var found: UInt64 = 0
    let text = bytes.bytes
    for bit in 0..<count {
      let row = word &* 64 &+ bit
      guard valid[word] &>> UInt64(truncatingIfNeeded: bit) & 1 == 1 else { continue }
      let isFound =
        if let texts = list.texts {
          texts.contains(text, starts[row], counts[row])
        } else if list.type == .double {
          list.contains(Self.orderKey(doubles[row]))
        } else {
          list.contains(integers[row])
        }
      found |= (isFound ? 1 : 0) &<< UInt64(truncatingIfNeeded: bit)
    }
    return found
  }
}
