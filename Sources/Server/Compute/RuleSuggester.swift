internal import PurSightArrow
package import PurSightGovernance

/// Proposes starter rules from a profile: what holds for the rows seen so far.
///
/// All are warnings; whoever takes them over decides about more. Bounds are widened to round
/// numbers, so that the next rows are not refused for being a little different.
package enum RuleSuggester {
  /// Rows below which nothing is proposed.
  package static let minimumRows: Int64 = 20
  /// Most different texts of an `in_set` proposal.
  static let maxSetValues = 20
  /// Each value of an `in_set` proposal occurs this often on average.
  static let minimumRepeats: Int64 = 10

  /// The proposals for a dataset, in the order of its columns.
  package static func suggest(_ profile: Profile) -> [Rule] {
    guard profile.rows >= minimumRows else { return [] }
    var names: Set<String> = []
    return profile.summaries.flatMap { summary in
      suggest(summary).map { rule in
        var rule = rule
        let base = rule.name
        var number = 2
        while !names.insert(rule.name).inserted {
          rule.name = "\(base)-\(number)"
          number += 1
        }
        return rule
      }
    }
  }

  private static func suggest(_ summary: ColumnSummary) -> [Rule] {
    let column = summary.name
    let slug = slug(column)
    var rules: [Rule] = []
    func add(_ suffix: String, _ kind: RuleKind, _ reason: String) {
      rules.append(Rule("\(slug)-\(suffix)", kind, summary: reason))
    }
    let values = summary.rows - summary.nulls
    guard values > 0 else { return [] }
    if summary.nulls == 0 {
      add("present", .notNull(columns: [column]), "no null in \(summary.rows) rows")
    }
    if summary.distinctIsExact, summary.distinct == values, isKeyLike(summary.type) {
      add("unique", .unique(columns: [column]), "\(values) different values in \(values) rows")
    }
    if let (low, high) = bounds(summary) {
      add(
        "range", .range(column: column, minimum: RuleBound(low), maximum: RuleBound(high)),
        "seen: \(summary.minimum ?? "") to \(summary.maximum ?? "")")
    }
    if let texts = set(summary, values) {
      add(
        "known", .inSet(column: column, values: texts.map { .text($0) }),
        "\(texts.count) different values in \(values) rows")
    } else if let pattern = summary.pattern {
      add("format", .format(column: column, pattern: pattern), "all \(values) values look so")
    }
    return rules
  }

  /// A rule's name has lower-case letters, digits and dashes, and begins with a letter.
  private static func slug(_ column: String) -> String {
    let letters = column.lowercased().utf8.map { byte in
      (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) ? byte : UInt8(ascii: "-")
    }
    let words = letters.split(separator: UInt8(ascii: "-"))
      .map { String(decoding: $0, as: UTF8.self) }
    let name = words.joined(separator: "-").prefix(40)
    guard let first = name.first, first.isLetter else { return "column-\(name)" }
    return String(name)
  }

  /// Types whose values name things; a measured number is different in every row by chance only.
  private static func isKeyLike(_ type: ArrowType) -> Bool {
    switch type {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .utf8, .largeUtf8,
      .binary, .largeBinary, .fixedSizeBinary:
      true
    default: false
    }
  }

  /// All texts of a column that has few.
  private static func set(_ summary: ColumnSummary, _ values: Int64) -> [String]? {
    guard summary.type.isText, summary.distinctIsExact, summary.distinct <= maxSetValues,
      summary.distinct * minimumRepeats <= values
    else { return nil }
    let texts = summary.values.map(\.text)
    return texts.count == Int(summary.distinct) ? texts.sorted() : nil
  }

  /// The range of a number, widened to two significant digits of its width.
  private static func bounds(_ summary: ColumnSummary) -> (RuleValue, RuleValue)? {
    guard let first = summary.histogram.first, let last = summary.histogram.last else { return nil }
    let isWhole: Bool
    switch summary.type {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: isWhole = true
    case .float32, .float64: isWhole = false
    default: return nil
    }
    let low = first.lower
    let high = summary.maximum.flatMap { Double($0) } ?? last.upper
    guard low.isFinite, high.isFinite, low.magnitude < 1e15, high.magnitude < 1e15 else {
      return nil
    }
    var unit = 1.0
    let width = max(high - low, isWhole ? 1 : high.magnitude)
    while unit * 10 <= width { unit *= 10 }
    while unit > width, unit > 1e-9 { unit /= 10 }
    unit = isWhole ? max(unit / 10, 1) : unit / 10
    // What never was negative is not expected to become so.
    let bottom = (low / unit).rounded(.down) * unit
    let top = (high / unit).rounded(.up) * unit
    return isWhole
      ? (.integer(Int64(bottom)), .integer(Int64(top))) : (.double(bottom), .double(top))
  }
}
