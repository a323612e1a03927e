internal import PurSightClient
internal import PurSightJSON

/// How a resource differs from its document, field by field.
struct Difference {
  struct Field: Equatable {
    let name: String
    /// As JSON; nil: not set.
    let before: String?
    let after: String?
  }

  let document: ResourceDocument
  let change: Applier.Change
  let fields: [Field]

  /// Compares a document with the server.
  init(_ document: ResourceDocument, _ pursight: PurSight) async throws {
    self.document = document
    guard let pair = try await Self.pair(document, pursight) else {
      change = .made
      fields = []
      return
    }
    fields = Self.fields(document, current: pair.current, wanted: pair.wanted)
    change = fields.isEmpty ? .same : .changed
  }

  /// The fields that the document names and that differ.
  static func fields(
    _ document: ResourceDocument, current: JSONValue, wanted: JSONValue
  ) -> [Field] {
    document.fields.compactMap { member in
      let before = current[member.key]
      let after = wanted[member.key]
      if before == after { return nil }
      return Field(
        name: member.key, before: before.map { JSONText.text($0) },
        after: after.map { JSONText.text($0) })
    }
  }

  /// What is there and what is wanted, in the same form; nil where there is nothing.
  private static func pair(
    _ document: ResourceDocument, _ pursight: PurSight
  ) async throws -> (current: JSONValue, wanted: JSONValue)? {
    let name = document.name
    switch document.kind {
    case .source:
      guard let current = try await found({ try await pursight.sources.get(name) }) else {
        return nil
      }
      return try (JSONText.value(current), JSONText.value(document.message() as Source))
    case .ruleSet:
      guard let current = try await found({ try await pursight.ruleSets.get(name) }) else {
        return nil
      }
      var wanted = RuleSetForm.canonical(try document.message())
      if try await RuleSetForm.isSameDataset(current, wanted, pursight) {
        wanted.dataset = current.dataset
      }
      return try (JSONText.value(RuleSetForm.canonical(current)), JSONText.value(wanted))
    case .dataset:
      guard let current = try await found({ try await pursight.datasets.get(name) }) else {
        return nil
      }
      var wanted: Dataset = try document.message()
      if ResourceName.last(wanted.ruleSet) == ResourceName.last(current.ruleSet) {
        wanted.ruleSet = current.ruleSet
      }
      if document.names("columns") { wanted.columns = numbered(wanted.columns, current.columns) }
      return try (JSONText.value(current), JSONText.value(wanted))
    case .asset:
      guard let current = try await found({ try await pursight.assets.get(name) }) else {
        return nil
      }
      var wanted: Asset = try document.message()
      if ResourceName.last(wanted.source) == ResourceName.last(current.source) {
        wanted.source = current.source
      }
      return try (JSONText.value(current), JSONText.value(wanted))
    case .roleBinding:
      let wanted: RoleBinding = try document.message()
      for try await binding in pursight.access.bindings()
      where binding.principal == wanted.principal && binding.role == wanted.role {
        return try (JSONText.value(binding), JSONText.value(wanted))
      }
      return nil
    }
  }

  /// Columns with what the server has numbered, where name and type agree.
  private static func numbered(_ wanted: [Column], _ current: [Column]) -> [Column] {
    guard wanted.count == current.count else { return wanted }
    return zip(wanted, current).map { $0.name == $1.name && $0.type == $1.type ? $1 : $0 }
  }

  /// The difference for people.
  func lines(_ painter: Painter) -> [String] {
    let style: TextStyle = change == .made ? .green : change == .changed ? .yellow : .dim
    var lines = [painter.paint(Applier.line(change, document), style)]
    for field in fields {
      lines.append("    \(field.name):")
      if let before = field.before { lines.append("      " + painter.paint("- \(before)", .red)) }
      if let after = field.after { lines.append("      " + painter.paint("+ \(after)", .green)) }
    }
    return lines
  }
}
