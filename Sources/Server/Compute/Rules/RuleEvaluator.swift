package import PurSightArrow
internal import PurSightExpression
package import PurSightGovernance

/// What one rule says about the rows of one batch.
package struct RuleOutcome: Sendable {
  /// The rule's position in the program.
  package var rule: Int
  package var checked = 0
  package var failed = 0
  package var nulls = 0
  package var errors = 0
  /// Rows that break the rule; nil when none does.
  package var failing: Bitmap?
  /// Rows in which it could not be decided; nil when there is none.
  package var undecided: Bitmap?
  /// Of a unique rule: failing rows whose key is known from earlier batches by its fingerprint.
  ///
  /// `KeyLocator` finds the earlier row and compares.
  package var candidates: [KeyCandidate] = []
  /// The first errors of rows.
  package var faults: [RowFault] = []

  init(_ rule: Int) { self.rule = rule }
}

/// What the rules of a program say about one batch.
package struct BatchOutcome: Sendable {
  /// One for each rule, in the program's order.
  package var outcomes: [RuleOutcome]
  /// Rows that a quarantine rule fails or cannot decide; nil when there is none.
  package var quarantined: Bitmap?
  /// Positions of the stop rules that refuse the batch.
  package var stopping: [Int]
  /// The keys that the stored rows add to each unique rule, by the rule's name; to be stored with
  /// the batch. Empty when the batch is refused.
  package var newKeys: [String: [UInt64]]
}

/// Runs a program over the batches of a stream and sums up.
///
/// Single owner. What unique rules remember grows with the batches that were evaluated: when one of
/// them is not stored after all, the evaluator has to be made anew from the stored runs.
package struct RuleEvaluator: Sendable {
  package let program: RuleProgram
  private var states: [RuleState]
  private let references: [String: ReferenceSet]
  private var keys: [String: KeyIndex]

  /// Makes an evaluator.
  ///
  /// - Parameters:
  ///   - program: the rules.
  ///   - keys: what unique rules already know, by the rule's name.
  ///   - references: the parents of `references` rules, by the rule's name; a rule without its
  ///     parent, or whose parent has columns of other types, ends as an error.
  /// - Throws: `schemaMismatch` when the program does not fit its own schema, which is our mistake.
  package init(
    _ program: RuleProgram, keys: [String: KeyIndex] = [:],
    references: [String: ReferenceSet] = [:]
  ) throws(ComputeError) {
    self.program = program
    self.references = references
    self.keys = keys
    states = []
    for rule in program.compiled { states.append(try RuleState(rule, schema: program.schema)) }
  }

  /// Evaluates every rule for the rows of a batch of the program's schema.
  ///
  /// Unique rules come last and look only at rows that no other rule sends to quarantine.
  ///
  /// - Parameters:
  ///   - isWhole: whether one row for the quarantine refuses the batch, which then adds no keys.
  ///     The sums of a refused batch are taken back by `restore`.
  ///   - isStored: whether the rows are in the dataset already, so that none of them is refused or
  ///     put into quarantine, and unique rules look at them all.
  package mutating func evaluate(
    _ batch: RecordBatch, hashes: inout BatchHashes, isWhole: Bool = false, isStored: Bool = false
  ) -> BatchOutcome {
    var outcomes = states.indices.map { RuleOutcome($0) }
    var quarantined = [UInt64](repeating: 0, count: Words.count(batch.rowCount))
    let isUnique = program.compiled.map { if case .unique = $0.kernel { true } else { false } }
    for pass in [false, true] {
      for index in states.indices where isUnique[index] == pass {
        let rule = program.compiled[index].rule
        outcomes[index] = states[index].evaluate(
          batch, index, &hashes, known: pass ? keys[rule.name] : nil,
          parent: references[rule.name], excluded: quarantined)
        if rule.severity == .quarantine && !isStored {
          states[index].markRejected(&quarantined)
        }
      }
    }
    let stopping = states.indices.filter { index in
      let rule = program.compiled[index].rule
      let outcome = outcomes[index]
      return rule.severity == .stop && !isStored
        && (outcome.errors > 0
          || !rule.threshold.isMet(
            checked: Int64(outcome.checked), failed: Int64(outcome.failed)))
    }
    let isAnyQuarantined = quarantined.contains { $0 != 0 }
    let isRefused = !stopping.isEmpty || isWhole && isAnyQuarantined
    return BatchOutcome(
      outcomes: outcomes,
      quarantined: isAnyQuarantined ? Bitmap(words: quarantined, count: batch.rowCount) : nil,
      stopping: stopping, newKeys: isRefused ? [:] : rememberKeys(quarantined))
  }

  /// Puts the keys of the rows that are stored into the indices.
  private mutating func rememberKeys(_ quarantined: [UInt64]) -> [String: [UInt64]] {
    var result: [String: [UInt64]] = [:]
    for index in states.indices {
      let rule = program.compiled[index]
      guard case .unique = rule.kernel else { continue }
      let prints = states[index].newKeys(excluding: quarantined)
      // Taken out and put back, so that the index is changed in place.
      var index = keys.removeValue(forKey: rule.rule.name) ?? KeyIndex()
      index.insert(contentsOf: prints)
      keys[rule.rule.name] = index
      result[rule.rule.name] = prints
    }
    return result
  }

  /// The counts and verdicts over all batches so far, in the program's order.
  package var results: [RuleResult] {
    states.indices.map { index in
      let rule = program.compiled[index].rule
      return states[index].result(rule, isExhausted: keys[rule.name]?.isExhausted ?? false)
    }
  }
}

extension RuleEvaluator {
  /// Version of the stored form.
  private static let snapshotVersion: UInt8 = 1

  /// The sums over all batches so far, to be stored with the last of them. What unique rules and
  /// parents know is not in it: that follows from the stored rows.
  package var snapshot: [UInt8] {
    var writer = StateWriter()
    writer.append(byte: Self.snapshotVersion)
    writer.append(states.count)
    for state in states { state.write(to: &writer) }
    return writer.bytes
  }

  /// An evaluator that goes on where another one of the same program stood.
  ///
  /// - Throws: `malformed` when the bytes are no snapshot of this program.
  package init(
    _ program: RuleProgram, restoring snapshot: [UInt8]?, keys: [String: KeyIndex] = [:],
    references: [String: ReferenceSet] = [:]
  ) throws(ComputeError) {
    try self.init(program, keys: keys, references: references)
    try restore(snapshot)
  }

  /// Takes the sums back to an earlier snapshot, nil for none; the keys stay.
  ///
  /// - Throws: `malformed` when the bytes are no snapshot of this program.
  package mutating func restore(_ snapshot: [UInt8]?) throws(ComputeError) {
    guard let snapshot else {
      for (index, rule) in program.compiled.enumerated() {
        states[index] = try RuleState(rule, schema: program.schema)
      }
      return
    }
    var reader = StateReader(snapshot)
    guard try reader.byte() == Self.snapshotVersion,
      try reader.count(limit: states.count) == states.count
    else {
      throw ComputeError(.malformed, "the stored counts of the rules are of other rules")
    }
    for index in states.indices { try states[index].restore(from: &reader) }
    guard reader.isAtEnd else {
      throw ComputeError(.malformed, "the stored counts of the rules are damaged")
    }
  }
}
