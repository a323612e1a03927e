/// What a rule checks.
package enum RuleKind: Sendable, Hashable {
  /// Every one of the columns has a value.
  case notNull(columns: [String])
  /// Values are of the type, or are text that reads as one.
  case type(column: String, ColumnType)
  /// The value lies between the bounds; a missing bound is none. NaN lies nowhere.
  case range(column: String, minimum: RuleBound?, maximum: RuleBound?)
  /// The value is one of a list.
  case inSet(column: String, values: [RuleValue])
  /// The text as a whole matches the pattern (RE2's syntax).
  case format(column: String, pattern: String)
  /// No earlier row has the same values in these columns.
  case unique(columns: [String])
  /// The values occur in the columns of another dataset.
  case references(columns: [String], dataset: String, parentColumns: [String])
  /// The boolean expression is true.
  case expression(String)
}

/// The side of the data that a rule looks at.
package enum RuleDimension: String, Sendable, Hashable, CaseIterable {
  case completeness, validity, uniqueness, consistency
}

/// The end of a range.
package struct RuleBound: Sendable, Hashable {
  package var value: RuleValue
  /// Whether the value itself is inside.
  package var isInclusive: Bool

  package init(_ value: RuleValue, isInclusive: Bool = true) {
    self.value = value
    self.isInclusive = isInclusive
  }
}

/// A value in a rule, as its author wrote it; dates, timestamps and durations are text.
package enum RuleValue: Sendable, Hashable {
  case boolean(Bool)
  case integer(Int64)
  case double(Double)
  case text(String)
}

extension RuleKind {
  /// The word for the kind in rule files and results.
  package var name: String {
    switch self {
    case .notNull: "not_null"
    case .type: "type"
    case .range: "range"
    case .inSet: "in_set"
    case .format: "pattern"
    case .unique: "unique"
    case .references: "reference"
    case .expression: "expression"
    }
  }

  /// The columns that it names, in order; an expression names its own.
  package var columns: [String] {
    switch self {
    case .type(let column, _), .range(let column, _, _),
      .inSet(let column, _), .format(let column, _):
      [column]
    case .notNull(let columns), .unique(let columns), .references(let columns, _, _): columns
    case .expression: []
    }
  }

  package var dimension: RuleDimension {
    switch self {
    case .notNull: .completeness
    case .type, .range, .inSet, .format: .validity
    case .unique: .uniqueness
    case .references, .expression: .consistency
    }
  }
}
