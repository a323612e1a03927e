internal import PurSightClient

/// Rules in words.
enum RuleText {
  /// What a rule checks: `80 ≤ value`, `in airports.faa`.
  static func check(_ rule: Rule) -> String {
    switch rule.check {
    case .notNull: "not null"
    case .type(let check): "is \(check.type.short)"
    case .range(let check): range(check)
    case .inSet(let check): "one of " + check.values.map { value($0) }.joined(separator: ", ")
    case .pattern(let check): "matches \(check.pattern)"
    case .unique: "unique"
    case .reference(let check): "in \(check.dataset).\(check.column)"
    case .expression(let check): check.expression
    case nil: "nothing"
    }
  }

  private static func range(_ check: RangeCheck) -> String {
    let lower = check.minimum.map { value($0) + (check.exclusiveMinimum ? " < " : " ≤ ") }
    let upper = check.maximum.map { (check.exclusiveMaximum ? " < " : " ≤ ") + value($0) }
    return (lower ?? "") + "value" + (upper ?? "")
  }

  static func value(_ value: Value?) -> String {
    switch value?.kind {
    case .boolValue(let value): "\(value)"
    case .intValue(let value): "\(value)"
    case .doubleValue(let value): Numbers.measured(value)
    case .stringValue(let value): value
    case .bytesValue(let value): "\(value.count) bytes"
    case .timestampValue(let value): value.text
    case .dateValue(let days):
      String(Timestamp(seconds: Int64(days) * 86_400).text.prefix(10))
    case nil: "null"
    }
  }

  /// What became of a row that breaks a rule.
  static func consequence(_ severity: Severity) -> String {
    switch severity {
    case .quarantine: "quarantined"
    case .stop: "refused"
    default: "warn"
    }
  }
}

/// What a check has found, in words.
enum CheckText {
  /// `score 97.4` and a line per rule, failing ones first.
  ///
  /// - Parameter ruleSet: The rules; nil when they cannot be seen.
  static func lines(
    _ result: CheckResult, _ ruleSet: RuleSet?, _ painter: Painter
  ) -> [String] {
    lines(
      result.rules, score: result.score, error: result.run.error, ruleSet?.rules ?? [], painter)
  }

  static func lines(
    _ verdicts: [Verdict], score: Double, error: String, _ rules: [Rule], _ painter: Painter
  ) -> [String] {
    var lines = ["score \(Numbers.percent(score))"]
    if !error.isEmpty { lines.append(painter.paint("✗ \(error)", .red)) }
    var table = Table(
      columns: [
        .init(title: ""), .init(title: "", alignment: .right), .init(title: ""), .init(title: ""),
      ], hasHeader: false)
    table.rows = verdicts.map { verdict in
      row(verdict, rules.first { $0.id == verdict.ruleID })
    }
    return lines + table.lines(width: nil, painter)
  }

  private static func row(_ verdict: Verdict, _ rule: Rule?) -> [Table.Cell] {
    let id = verdict.ruleID
    switch verdict.outcome {
    case .pass where verdict.failed == 0:
      return [.init("✓ \(id)", .green), .init(""), .init(""), .init("")]
    case .pass:
      return [
        .init("✓ \(id)", .green), .init(count(verdict)), .init(found(verdict, rule)),
        .init("allowed", .dim),
      ]
    case .fail:
      return [
        .init("✗ \(id)", .red), .init(count(verdict)), .init(found(verdict, rule)),
        .init(RuleText.consequence(verdict.severity), .yellow),
      ]
    case .notApplicable:
      return [.init("– \(id)", .dim), .init(""), .init("nothing to look at", .dim), .init("")]
    default:
      return [
        .init("! \(id)", .red), .init(""), .init(verdict.message), .init("not evaluated", .red),
      ]
    }
  }

  private static func count(_ verdict: Verdict) -> String {
    DisplayText.count(verdict.failed, "row") + ":"
  }

  /// Values up to which all are named instead of counted.
  private static let maxNamed: Int64 = 6

  private static func found(_ verdict: Verdict, _ rule: Rule?) -> String {
    let values = verdict.topFailingValues.map { $0.value ?? "null" }
    let distinct = verdict.failedDistinct
    if distinct > 0, distinct <= maxNamed, Int64(values.count) >= distinct {
      return values.prefix(Int(distinct)).joined(separator: " ")
    }
    if case .reference(let check) = rule?.check, distinct > 0 {
      return "\(DisplayText.count(distinct, "value")) that \(check.dataset).\(check.column) "
        + "does not have"
    }
    if distinct > 0 {
      let most = values.prefix(3).joined(separator: " ")
      return DisplayText.count(distinct, "different value")
        + (most.isEmpty ? "" : ", such as \(most)")
    }
    if !verdict.message.isEmpty { return verdict.message }
    return values.isEmpty ? rule.map(RuleText.check) ?? "" : values.joined(separator: " ")
  }
}
