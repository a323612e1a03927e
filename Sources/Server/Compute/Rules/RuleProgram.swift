package import PurSightArrow
internal import PurSightExpression
package import PurSightGovernance

/// What is wrong with one rule of a set.
package struct RuleProblem: Sendable, Hashable {
  /// The rule's position in its set, from 0.
  package var index: Int
  /// The field of the rule that has to change: `columns`, `when`, `range`, …
  package var field: String
  /// `rule "air-range": there is no column "air_tme"; did you mean "air_time"?`
  package var message: String
}

/// Another dataset that a rule looks values up in.
package struct RuleReference: Sendable, Hashable {
  /// The rule's name.
  package var rule: String
  package var dataset: String
  package var columns: [String]
}

/// Rules compiled for batches of one schema. A value; evaluators are made from it.
package struct RuleProgram: Sendable {
  struct CompiledRule: Sendable {
    var rule: Rule
    /// Positions of the rule's columns.
    var columns: [Int]
    var kernel: RuleKernel
    var condition: ExpressionProgram?
  }

  /// Most rules of one program.
  package static let maxRules = 1_000

  package let schema: ArrowSchema
  let compiled: [CompiledRule]

  /// The rules in their order.
  package var rules: [Rule] { compiled.map(\.rule) }

  /// The parents that an evaluator has to be given.
  package var references: [RuleReference] {
    compiled.compactMap { rule in
      guard case .references(_, let dataset, let columns) = rule.rule.kind else { return nil }
      return RuleReference(rule: rule.rule.name, dataset: dataset, columns: columns)
    }
  }

  /// Compiles rules for a schema.
  ///
  /// - Throws: `invalidRule` with the first problem, and how many more there are.
  package static func compile(_ rules: [Rule], schema: ArrowSchema) throws(ComputeError)
    -> RuleProgram
  {
    let (compiled, problems) = attempt(rules, schema)
    if let first = problems.first {
      let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
      throw ComputeError(.invalidRule, first.message + more)
    }
    return RuleProgram(schema: schema, compiled: compiled)
  }

  /// Everything that keeps rules from being compiled for a schema; empty when nothing does.
  package static func problems(of rules: [Rule], schema: ArrowSchema) -> [RuleProblem] {
    attempt(rules, schema).problems
  }

  private static func attempt(
    _ rules: [Rule], _ schema: ArrowSchema
  ) -> (compiled: [CompiledRule], problems: [RuleProblem]) {
    var compiled: [CompiledRule] = []
    var problems: [RuleProblem] = []
    var names: Set<String> = []
    for (index, rule) in rules.enumerated() {
      do throws(RuleFault) {
        guard index < maxRules else {
          throw RuleFault("rules", "there are more than \(maxRules) rules")
        }
        guard names.insert(rule.name).inserted else {
          throw RuleFault("id", "the name is used twice")
        }
        compiled.append(try RuleCompiler(rule: rule, schema: schema).compile())
      } catch {
        problems.append(
          RuleProblem(
            index: index, field: error.field, message: "rule \"\(rule.name)\": \(error.message)"))
        if index >= maxRules { break }
      }
    }
    return (compiled, problems)
  }
}

/// What is wrong with the rule at hand.
struct RuleFault: Error {
  var field: String
  var message: String

  init(_ field: String, _ message: String) {
    self.field = field
    self.message = message
  }
}
