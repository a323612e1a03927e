internal import PurSightArrow
internal import PurSightExpression
internal import PurSightGovernance

/// The scratch space and the sums of one rule.
struct RuleState: Sendable {
  private let columns: [Int]
  private let kernel: RuleKernel
  private let nullsFail: Bool
  private var condition: FilterKernel?
  private var expression: FilterKernel?
  private var keys: KeyColumns
  private var finder = DuplicateFinder()

  // The batch at hand: rows that break the rule, that are not decided, that hold a new key.
  private var failing: [UInt64] = []
  private var undecided: [UInt64] = []
  private var fresh: [UInt64] = []

  // All batches.
  private var checked: Int64 = 0
  private var failed: Int64 = 0
  private var nulls: Int64 = 0
  private var errors: Int64 = 0
  private var values = FailingValues()
  /// What keeps the rule from being evaluated at all.
  private var obstacle = ""

  init(_ rule: RuleProgram.CompiledRule, schema: ArrowSchema) throws(ComputeError) {
    columns = rule.columns
    kernel = rule.kernel
    keys = KeyColumns(rule.columns)
    if case .notNull = rule.kernel {
      nullsFail = true
    } else {
      nullsFail = rule.rule.nulls == .fail
    }
    if let program = rule.condition { condition = try FilterKernel(program, schema: schema) }
    if case .expression(let program) = rule.kernel {
      expression = try FilterKernel(program, schema: schema)
    }
  }

  mutating func evaluate(
    _ batch: RecordBatch, _ index: Int, _ hashes: inout BatchHashes, known: KeyIndex?,
    parent: ReferenceSet?, excluded: [UInt64]
  ) -> RuleOutcome {
    let words = Words.count(batch.rowCount)
    var outcome = RuleOutcome(index)
    var wanted = (0..<words).map { Words.full($0, rows: batch.rowCount) }
    undecided = [UInt64](repeating: 0, count: words)
    failing = undecided
    fresh = undecided
    if let conditionOutcome = condition?.evaluate(batch) {
      for word in 0..<words {
        wanted[word] = conditionOutcome.selected.word(word)
        undecided[word] = conditionOutcome.failed.word(word)
      }
      outcome.faults = conditionOutcome.faults
    }
    var valid = validRows(batch)
    switch kernel {
    case .expression:
      if let result = expression?.evaluate(batch) {
        for word in 0..<words {
          failing[word] = ~result.selected.word(word)
          valid[word] = ~result.nulls.word(word)
          undecided[word] |= result.failed.word(word) & wanted[word]
        }
        outcome.faults += result.faults.filter {
          wanted[$0.row >> 6] >> UInt64($0.row & 63) & 1 == 1
        }
      }
    case .unique:
      for word in 0..<words { wanted[word] &= ~excluded[word] }
      keys.compute(batch, &hashes)
      let rows = (0..<words).map { wanted[$0] & valid[$0] }
      finder.find(batch, keys, wanted: rows, known: known, into: &failing)
      outcome.candidates = finder.candidates
      for word in 0..<words { fresh[word] = rows[word] & ~failing[word] }
    case .references:
      keys.compute(batch, &hashes)
      if !findOrphans(batch, parent) { wanted = [UInt64](repeating: 0, count: words) }
    default:
      if case .textSet(let set) = kernel, set.needsHashes { hashes.need(columns[0], of: batch) }
      kernel.findFailures(
        batch.columns[columns[0]], hashes.hashes(columns[0]), into: &failing)
    }
    count(wanted, valid, &outcome)
    sum(outcome, batch, &hashes)
    outcome.failing = bitmap(failing, batch.rowCount)
    outcome.undecided = bitmap(undecided, batch.rowCount)
    return outcome
  }

  /// Rows without a null in any of the rule's columns.
  private func validRows(_ batch: RecordBatch) -> [UInt64] {
    var valid = (0..<Words.count(batch.rowCount)).map { Words.full($0, rows: batch.rowCount) }
    for position in columns {
      let column = batch.columns[position]
      if let validity = column.validity {
        for word in valid.indices { valid[word] &= validity.word(word) }
      } else if column.type == .null {
        for word in valid.indices { valid[word] = 0 }
      }
    }
    return valid
  }

  /// Finds the rows whose key the parent does not have; false when there is no usable parent.
  private mutating func findOrphans(_ batch: RecordBatch, _ parent: ReferenceSet?) -> Bool {
    guard let parent else {
      obstacle = "the dataset that it refers to could not be read"
      return false
    }
    let families = columns.map { KeyFamily(batch.columns[$0].type) }
    guard parent.families.isEmpty || families == parent.families else {
      let names = { (list: [KeyFamily?]) in
        list.map { $0?.rawValue ?? "null" }.joined(separator: ", ")
      }
      obstacle =
        "the columns are \(names(families)), those they refer to \(names(parent.families))"
      return false
    }
    parent.known.find(keys.prints, wanted: keys.valid, where: false, into: &failing)
    return true
  }

  /// Brings nulls, condition and errors together and counts.
  private mutating func count(_ wanted: [UInt64], _ valid: [UInt64], _ outcome: inout RuleOutcome) {
    for word in wanted.indices {
      let decided = wanted[word] & ~undecided[word]
      let present = decided & valid[word]
      failing[word] = nullsFail ? decided & (failing[word] | ~valid[word]) : present & failing[word]
      outcome.checked += (nullsFail ? decided : present).nonzeroBitCount
      outcome.nulls += (decided & ~valid[word]).nonzeroBitCount
      outcome.failed += failing[word].nonzeroBitCount
      outcome.errors += undecided[word].nonzeroBitCount
    }
  }

  /// Adds the batch's counts to the sums.
  private mutating func sum(
    _ counts: RuleOutcome, _ batch: RecordBatch, _ hashes: inout BatchHashes
  ) {
    checked += Int64(counts.checked)
    failed += Int64(counts.failed)
    nulls += Int64(counts.nulls)
    errors += Int64(counts.errors)
    if counts.failed > 0, !columns.isEmpty, !isNotNull {
      switch kernel {
      case .unique, .references: break
      default: keys.compute(batch, &hashes)
      }
      let keys = keys
      values.add(failing, columns.map { batch.columns[$0] }) { keys.prints[$0] }
    }
  }

  private var isNotNull: Bool { if case .notNull = kernel { true } else { false } }

  /// The words as a bitmap; nil where no bit is set.
  private func bitmap(_ words: [UInt64], _ rows: Int) -> Bitmap? {
    words.contains { $0 != 0 } ? Bitmap(words: words, count: rows) : nil
  }

  /// Adds the rows of the batch at hand that are not to be stored.
  func markRejected(_ rows: inout [UInt64]) {
    for word in rows.indices { rows[word] |= failing[word] | undecided[word] }
  }

  /// The fingerprints of new keys in rows that are stored.
  func newKeys(excluding quarantined: [UInt64]) -> [UInt64] {
    var prints: [UInt64] = []
    prints.reserveCapacity(Words.ones(fresh))
    for word in fresh.indices {
      var rest = fresh[word] & ~quarantined[word]
      while rest != 0 {
        prints.append(FingerprintSet.stored(keys.prints[word &* 64 &+ rest.trailingZeroBitCount]))
        rest &= rest &- 1
      }
    }
    return prints
  }

  func result(_ rule: Rule, isExhausted: Bool) -> RuleResult {
    var result = RuleResult(
      rule: rule.name, verdict: .pass, checked: checked, failed: failed, nulls: nulls,
      errors: errors)
    result.failedDistinct = values.distinct
    result.topFailing = values.top
    if !obstacle.isEmpty {
      result.verdict = .error
      result.message = obstacle
    } else if isExhausted {
      result.verdict = .error
      result.message = "the keys need more than \(KeyIndex.maxBytes >> 20) MiB of memory"
    } else if errors > 0 {
      result.verdict = .error
      result.message = "the expression has an error in \(errors) rows"
    } else if checked == 0 {
      result.verdict = .notApplicable
    } else if !rule.threshold.isMet(checked: checked, failed: failed) {
      result.verdict = .fail
    }
    return result
  }
}

extension RuleState {
  /// Appends the sums; the scratch space is not part of them.
  func write(to writer: inout StateWriter) {
    for sum in [checked, failed, nulls, errors] { writer.append(UInt64(sum)) }
    values.write(to: &writer)
  }

  /// Takes up the sums of an earlier state of the same rule.
  mutating func restore(from reader: inout StateReader) throws(ComputeError) {
    checked = try reader.rows()
    failed = try reader.rows()
    nulls = try reader.rows()
    errors = try reader.rows()
    values = try FailingValues(from: &reader)
  }
}
