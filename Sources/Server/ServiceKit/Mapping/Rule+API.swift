package import PurSightAPI
internal import PurSightExpression
package import PurSightGovernance

// Rules between the API and Governance: QualityService keeps them, IngestionService applies them.

extension PurSightGovernance.Rule {
  /// A rule as a request or a stored rule set gives it.
  /// - Parameter field: The path of the rule, for the error.
  /// - Throws: `invalid` naming what is missing or cannot be used.
  package init(_ rule: PurSightAPI.Rule, field: String) throws(GovernanceError) {
    try Slug.check(rule.id, field: field + ".id")
    guard let check = rule.check else {
      throw GovernanceError(
        .invalid, field: field,
        "The rule \"\(rule.id)\" checks nothing. Give it one of not_null, type, range, in_set, "
          + "pattern, unique, reference and expression.")
    }
    let kind = try RuleKind(check, columns: rule.columns, field: field)
    self.init(
      rule.id, kind, severity: PurSightGovernance.Severity(rule.severity),
      threshold: Threshold(allowedShare: rule.allowedFraction),
      condition: rule.when.isEmpty ? nil : rule.when, summary: rule.description)
  }

  /// The rules of a set. Ids are unique in it.
  package static func rules(
    _ rules: [PurSightAPI.Rule], field: String
  ) throws(GovernanceError) -> [PurSightGovernance.Rule] {
    var known: Set<String> = []
    var mapped: [PurSightGovernance.Rule] = []
    for (index, rule) in rules.enumerated() {
      let path = "\(field)[\(index)]"
      guard known.insert(rule.id).inserted else {
        throw GovernanceError(
          .invalid, field: path + ".id", "The rule \"\(rule.id)\" stands twice; rename one.")
      }
      mapped.append(try PurSightGovernance.Rule(rule, field: path))
    }
    return mapped
  }
}

extension PurSightGovernance.Severity {
  package init(_ severity: PurSightAPI.Severity) {
    switch severity {
    case .quarantine: self = .quarantine
    case .stop: self = .stop
    default: self = .warn
    }
  }
}

extension PurSightAPI.Severity {
  package init(_ severity: PurSightGovernance.Severity) {
    switch severity {
    case .warn: self = .warn
    case .quarantine: self = .quarantine
    case .stop: self = .stop
    }
  }
}

extension RuleKind {
  fileprivate init(
    _ check: PurSightAPI.Rule.Check, columns: [String], field: String
  ) throws(GovernanceError) {
    func one() throws(GovernanceError) -> String {
      guard columns.count == 1 else {
        throw GovernanceError(
          .invalid, field: field + ".columns",
          "This check looks at one column; \(columns.count) are given.")
      }
      return columns[0]
    }
    func some() throws(GovernanceError) -> [String] {
      guard !columns.isEmpty else {
        throw GovernanceError(
          .invalid, field: field + ".columns", "Name the columns that this check looks at.")
      }
      return columns
    }
    switch check {
    case .notNull: self = .notNull(columns: try some())
    case .unique: self = .unique(columns: try some())
    case .type(let check):
      guard let number = Int16(exactly: check.type.rawValue),
        let type = PurSightGovernance.ColumnType(rawValue: number)
      else {
        throw GovernanceError(.invalid, field: field + ".type.type", "Name the type.")
      }
      self = .type(column: try one(), type)
    case .range(let check):
      self = .range(
        column: try one(),
        minimum: try check.minimum.map { (value) throws(GovernanceError) in
          RuleBound(
            try RuleValue(value, field: field + ".range.minimum"),
            isInclusive: !check.exclusiveMinimum)
        },
        maximum: try check.maximum.map { (value) throws(GovernanceError) in
          RuleBound(
            try RuleValue(value, field: field + ".range.maximum"),
            isInclusive: !check.exclusiveMaximum)
        })
    case .inSet(let check):
      var values: [RuleValue] = []
      for (index, value) in check.values.enumerated() {
        values.append(try RuleValue(value, field: "\(field).in_set.values[\(index)]"))
      }
      self = .inSet(column: try one(), values: values)
    case .pattern(let check): self = .format(column: try one(), pattern: check.pattern)
    case .reference(let check):
      self = .references(
        columns: [try one()], dataset: check.dataset, parentColumns: [check.column])
    case .expression(let check): self = .expression(check.expression)
    }
  }
}

extension RuleValue {
  fileprivate init(_ value: PurSightAPI.Value, field: String) throws(GovernanceError) {
    switch value.kind {
    case .boolValue(let value): self = .boolean(value)
    case .intValue(let value): self = .integer(value)
    case .doubleValue(let value): self = .double(value)
    case .stringValue(let value): self = .text(value)
    case .timestampValue(let value):
      guard let time = value.microseconds else {
        throw GovernanceError(.invalid, field: field, "The timestamp is out of range.")
      }
      self = .text(CivilTime.format(timestamp: time))
    case .dateValue(let days): self = .text(CivilTime.format(date: Int64(days)))
    case .bytesValue, nil:
      throw GovernanceError(
        .invalid, field: field, "Give a bool, a number, a text, a date or a timestamp.")
    }
  }
}

// MARK: To the API

extension PurSightAPI.Rule {
  /// A rule that was made here, such as a suggested one.
  package init(_ rule: PurSightGovernance.Rule) {
    self.init(
      id: rule.name, columns: rule.kind.columns, severity: PurSightAPI.Severity(rule.severity),
      check: Check(rule.kind), when: rule.condition ?? "",
      allowedFraction: rule.threshold.allowedShare, description: rule.summary)
  }
}

extension PurSightAPI.Rule.Check {
  fileprivate init(_ kind: RuleKind) {
    switch kind {
    case .notNull: self = .notNull(NotNullCheck())
    case .unique: self = .unique(UniqueCheck())
    case .type(_, let type):
      self = .type(TypeCheck(type: PurSightAPI.ColumnType(rawValue: Int32(type.rawValue))))
    case .range(_, let minimum, let maximum):
      self = .range(
        RangeCheck(
          minimum: minimum.map { PurSightAPI.Value($0.value) },
          maximum: maximum.map { PurSightAPI.Value($0.value) },
          exclusiveMinimum: minimum.map { !$0.isInclusive } ?? false,
          exclusiveMaximum: maximum.map { !$0.isInclusive } ?? false))
    case .inSet(_, let values):
      self = .inSet(InSetCheck(values: values.map { PurSightAPI.Value($0) }))
    case .format(_, let pattern): self = .pattern(PatternCheck(pattern: pattern))
    case .references(_, let dataset, let columns):
      self = .reference(ReferenceCheck(dataset: dataset, column: columns.first ?? ""))
    case .expression(let text): self = .expression(ExpressionCheck(expression: text))
    }
  }
}

extension PurSightAPI.Value {
  fileprivate init(_ value: RuleValue) {
    switch value {
    case .boolean(let value): self.init(kind: .boolValue(value))
    case .integer(let value): self.init(kind: .intValue(value))
    case .double(let value): self.init(kind: .doubleValue(value))
    case .text(let value): self.init(kind: .stringValue(value))
    }
  }
}
