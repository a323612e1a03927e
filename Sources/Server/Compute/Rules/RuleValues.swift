internal import PurSightArrow
internal import PurSightExpression
internal import PurSightGovernance

/// Turns the values of a rule into those of the column it looks at.
struct RuleValues {
  let field: ArrowField

  private func mismatch(_ value: RuleValue) -> RuleFault {
    let shown =
      switch value {
      case .boolean(let value): "\(value)"
      case .integer(let value): "\(value)"
      case .double(let value): "\(value)"
      case .text(let value): "'\(value)'"
      }
    return RuleFault(
      "values", "\(shown) is no value of \"\(field.name)\", which is \(field.type)")
  }

  // MARK: Ranges

  func range(_ minimum: RuleBound?, _ maximum: RuleBound?) throws(RuleFault) -> RuleKernel {
    guard minimum != nil || maximum != nil else {
      throw RuleFault("range", "a range has a minimum or a maximum")
    }
    switch field.type {
    case .float32, .float64:
      var range = DoubleRange()
      if let minimum {
        let value = try double(minimum.value)
        range.minimum = minimum.isInclusive ? value : value.nextUp
      }
      if let maximum {
        let value = try double(maximum.value)
        range.maximum = maximum.isInclusive ? value : value.nextDown
      }
      return .doubles(range)
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .date32, .date64,
      .timestamp, .duration:
      var range = IntegerRange()
      if let minimum { range.minimum = try lowest(minimum) }
      if let maximum { range.maximum = try highest(maximum) }
      return .integers(range)
    default:
      throw RuleFault("columns", "a range does not take \"\(field.name)\", which is \(field.type)")
    }
  }

  private func double(_ value: RuleValue) throws(RuleFault) -> Double {
    switch value {
    case .integer(let value): return Double(value)
    case .double(let value) where !value.isNaN: return value
    case .double, .boolean, .text: throw mismatch(value)
    }
  }

  /// The smallest stored integer inside a minimum.
  private func lowest(_ bound: RuleBound) throws(RuleFault) -> Int64 {
    let (numerator, denominator) = try fraction(bound.value)
    let floor = Self.floor(numerator, denominator)
    let isExact = floor * denominator == numerator
    let value = isExact && bound.isInclusive ? floor : floor + 1
    return Int64(clamping: value)
  }

  /// The largest stored integer inside a maximum.
  private func highest(_ bound: RuleBound) throws(RuleFault) -> Int64 {
    let (numerator, denominator) = try fraction(bound.value)
    let floor = Self.floor(numerator, denominator)
    let isExact = floor * denominator == numerator
    return Int64(clamping: isExact && !bound.isInclusive ? floor - 1 : floor)
  }

  private static func floor(_ a: Int128, _ b: Int128) -> Int128 {
    a >= 0 ? a / b : -((-a + b - 1) / b)
  }

  /// A value in the column's stored unit, as a fraction.
  private func fraction(_ value: RuleValue) throws(RuleFault) -> (Int128, Int128) {
    switch field.type {
    case .date32: return (Int128(try days(value)), 1)
    case .date64: return (Int128(try days(value)) * 86_400_000, 1)
    case .timestamp(let unit, _):
      guard case .text(let text) = value else { throw mismatch(value) }
      let midnight = CivilTime.parseDate(text.utf8).map {
        Int64($0) * CivilTime.microsecondsPerDay
      }
      guard let instant = midnight ?? CivilTime.parseTimestamp(text.utf8) else {
        throw mismatch(value)
      }
      return (Int128(instant) * Int128(unit.perSecond), 1_000_000)
    case .duration(let unit):
      guard case .text(let text) = value, let length = CivilTime.parseDuration(text.utf8) else {
        throw mismatch(value)
      }
      return (Int128(length) * Int128(unit.perSecond), 1_000_000)
    default: return try number(value)
    }
  }

  private func days(_ value: RuleValue) throws(RuleFault) -> Int32 {
    guard case .text(let text) = value, let days = CivilTime.parseDate(text.utf8) else {
      throw mismatch(value)
    }
    return days
  }

  private func number(_ value: RuleValue) throws(RuleFault) -> (Int128, Int128) {
    switch value {
    case .integer(let value): return (Int128(value), 1)
    case .double(let value) where !value.isNaN:
      // Beyond 2^63 only the side matters.
      let bounded = min(max(value, -9.3e18), 9.3e18)
      let whole = bounded.rounded(.down)
      return whole == bounded ? (Int128(whole), 1) : (Int128(whole) * 2 + 1, 2)
    case .double, .boolean, .text: throw mismatch(value)
    }
  }

  // MARK: Lists

  func set(_ values: [RuleValue]) throws(RuleFault) -> RuleKernel {
    switch field.type {
    case .bool:
      var (holdsTrue, holdsFalse) = (false, false)
      for value in values {
        guard case .boolean(let value) = value else { throw mismatch(value) }
        if value { holdsTrue = true } else { holdsFalse = true }
      }
      return .booleanSet(holdsTrue: holdsTrue, holdsFalse: holdsFalse)
    case .float32, .float64:
      var elements: [Double] = []
      for value in values { elements.append(try double(value)) }
      return .doubleSet(PreparedList(doubles: elements))
    case .utf8, .largeUtf8, .null:
      var texts: Set<String> = []
      for value in values {
        guard case .text(let text) = value else { throw mismatch(value) }
        texts.insert(text)
      }
      return field.type == .null
        ? .constant(fails: false) : .textSet(TextSet(texts.map { Array($0.utf8) }))
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .date32, .date64,
      .timestamp, .duration:
      var elements: [Int64] = []
      for value in values {
        let (numerator, denominator) = try fraction(value)
        // What the column's unit cannot hold is in no row.
        guard numerator % denominator == 0,
          let integer = Int64(exactly: numerator / denominator)
        else { continue }
        elements.append(integer)
      }
      return .integerSet(PreparedList(integers: elements))
    default:
      throw RuleFault("columns", "a list does not take \"\(field.name)\", which is \(field.type)")
    }
  }
}
