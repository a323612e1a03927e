internal import PurSightClient
internal import PurSightJSON

/// Makes resources as documents describe them. What a document does not name stays as it is.
struct Applier {
  enum Change: String {
    case made = "+"
    case changed = "~"
    case same = "="
  }

  let pursight: PurSight
  /// Checks everything on the server and writes nothing.
  let isDryRun: Bool
  /// Rule sets that the same documents describe: a dry run does not find them on the server.
  let describedRuleSets: Set<String>

  init(_ pursight: PurSight, isDryRun: Bool, _ documents: [ResourceDocument]) {
    self.pursight = pursight
    self.isDryRun = isDryRun
    describedRuleSets = Set(documents.filter { $0.kind == .ruleSet }.map(\.name))
  }

  /// What was done with one document, as a line.
  static func line(_ change: Change, _ document: ResourceDocument, _ note: String = "") -> String {
    var name = document.name
    if document.kind == .roleBinding {
      name = "\(document["role"]?.stringValue ?? "") \(document.name)"
    }
    return "\(change.rawValue) \(document.kind.label) \(name)\(note)"
  }

  /// Makes or changes one resource.
  /// - Returns: what became of it, as a line.
  func apply(_ document: ResourceDocument) async throws -> (change: Change, line: String) {
    do {
      switch document.kind {
      case .source: return try await source(document)
      case .ruleSet: return try await ruleSet(document)
      case .dataset: return try await dataset(document)
      case .asset: return try await asset(document)
      case .roleBinding: return try await roleBinding(document)
      }
    } catch {
      var failure = Failure(any: error)
      failure.message =
        "\(document.place), \(document.kind.label) \(document.name): "
        + failure.message
      throw failure
    }
  }

  private func done(
    _ change: Change, _ document: ResourceDocument, _ note: String = ""
  ) -> (Change, String) { (change, Self.line(change, document, note)) }

  /// A receipt without a request is one of nothing done.
  private func change(_ receipt: Receipt<some Sendable>) -> Change {
    receipt.requestID.isEmpty ? .same : .changed
  }

  private func source(_ document: ResourceDocument) async throws -> (Change, String) {
    let wanted: Source = try document.message()
    guard try await found({ try await pursight.sources.get(document.name) }) != nil else {
      try await pursight.sources.create(document.name, wanted, dryRun: isDryRun)
      return done(.made, document)
    }
    let receipt = try await pursight.sources.update(document.name, dryRun: isDryRun) { source in
      if document.names("kind") { source.kind = wanted.kind }
      if document.names("displayName") { source.displayName = wanted.displayName }
      if document.names("description") { source.description = wanted.description }
      if document.names("uri") { source.uri = wanted.uri }
      if document.names("owners") { source.owners = wanted.owners }
      if document.names("properties") { source.properties = wanted.properties }
    }
    return done(change(receipt), document)
  }

  private func ruleSet(_ document: ResourceDocument) async throws -> (Change, String) {
    let wanted = try RuleSetForm.canonical(document.message())
    guard let current = try await found({ try await pursight.ruleSets.get(document.name) }) else {
      let receipt = try await pursight.ruleSets.create(document.name, wanted, dryRun: isDryRun)
      return done(.made, document, " (\(DisplayText.count(Int64(receipt.rules.count), "rule")))")
    }
    let keepsDataset = try await RuleSetForm.isSameDataset(current, wanted, pursight)
    let receipt = try await pursight.ruleSets.update(document.name, dryRun: isDryRun) { ruleSet in
      if document.names("dataset"), !keepsDataset { ruleSet.dataset = wanted.dataset }
      if document.names("description") { ruleSet.description = wanted.description }
      if document.names("rules"), RuleSetForm.canonical(ruleSet).rules != wanted.rules {
        ruleSet.rules = wanted.rules
      }
    }
    let change = change(receipt)
    return done(change, document, change == .changed ? " (version \(receipt.version))" : "")
  }

  private func dataset(_ document: ResourceDocument) async throws -> (Change, String) {
    var wanted: Dataset = try document.message()
    wanted.fqn = document.name
    let ruleSet = ResourceName.short(wanted.ruleSet)
    let isUnmade = isDryRun && describedRuleSets.contains(ruleSet)
    if isUnmade { wanted.ruleSet = "" }
    let desired = wanted
    guard let current = try await found({ try await pursight.datasets.get(document.name) }) else {
      try await pursight.datasets.create(desired, dryRun: isDryRun)
      return done(.made, document)
    }
    if document.names("columns") { try Self.checkColumns(current, desired) }
    let receipt = try await pursight.datasets.update(document.name, dryRun: isDryRun) { dataset in
      if document.names("description") { dataset.description = desired.description }
      if document.names("keyColumns") { dataset.keyColumns = desired.keyColumns }
      let isSame = ResourceName.last(dataset.ruleSet) == ResourceName.last(desired.ruleSet)
      if document.names("ruleSet"), !isSame, !isUnmade { dataset.ruleSet = desired.ruleSet }
    }
    return done(change(receipt), document)
  }

  /// Columns of a dataset that has some come from its loads.
  private static func checkColumns(_ current: Dataset, _ wanted: Dataset) throws {
    guard !current.columns.isEmpty else { return }
    let isSame =
      current.columns.count == wanted.columns.count
      && zip(current.columns, wanted.columns).allSatisfy {
        $0.name == $1.name && $0.type == $1.type
      }
    guard !isSame else { return }
    throw Failure.code(
      .failedPrecondition, "the columns differ from those that the dataset has.",
      hint: "Columns change with what is loaded; take `columns:` out of the document.")
  }

  private func asset(_ document: ResourceDocument) async throws -> (Change, String) {
    var wanted: Asset = try document.message()
    wanted.fqn = document.name
    if !wanted.source.isEmpty {
      wanted.source = "projects/\(pursight.project)/sources/\(ResourceName.short(wanted.source))"
    }
    let desired = wanted
    guard try await found({ try await pursight.assets.get(document.name) }) != nil else {
      try await pursight.assets.create(desired, dryRun: isDryRun)
      return done(.made, document)
    }
    let receipt = try await pursight.assets.update(document.name, dryRun: isDryRun) { asset in
      if document.names("displayName") { asset.displayName = desired.displayName }
      if document.names("properties") { asset.properties = desired.properties }
      if document.names("curatedFacet") { asset.curatedFacet = desired.curatedFacet }
    }
    return done(change(receipt), document)
  }

  private func roleBinding(_ document: ResourceDocument) async throws -> (Change, String) {
    let wanted: RoleBinding = try document.message()
    for try await binding in pursight.access.bindings()
    where binding.principal == wanted.principal && binding.role == wanted.role {
      return done(.same, document)
    }
    try await pursight.access.grant(wanted.role, to: wanted.principal, dryRun: isDryRun)
    return done(.made, document)
  }
}

/// The value, or nil where the server knows none of that name.
func found<Value>(_ get: () async throws -> Value) async throws -> Value? {
  do {
    return try await get()
  } catch let error as PurSightError where error.code == .notFound {
    return nil
  }
}

extension ResourceDocument {
  /// The fields as a message.
  func message<Message: RPCMessage>() throws -> Message {
    do {
      return try JSONText.message(.object(fields))
    } catch let error as RPCError {
      throw Failure.usage("\(place): \(error.message)")
    }
  }

  /// Whether the document says something of a field.
  func names(_ field: String) -> Bool { self[field] != nil }
}

/// Rule sets as they are compared.
enum RuleSetForm {
  /// What is left out is what the server takes for it.
  static func canonical(_ ruleSet: RuleSet) -> RuleSet {
    var ruleSet = ruleSet
    for index in ruleSet.rules.indices where ruleSet.rules[index].severity == .unspecified {
      ruleSet.rules[index].severity = .warn
    }
    return ruleSet
  }

  /// Whether both are written for the same dataset, one by its name and one by its uid perhaps.
  static func isSameDataset(
    _ current: RuleSet, _ wanted: RuleSet, _ pursight: PurSight
  ) async throws -> Bool {
    let names = (ResourceName.short(current.dataset), ResourceName.short(wanted.dataset))
    if names.0 == names.1 { return true }
    guard !names.0.isEmpty, !names.1.isEmpty else { return false }
    let dataset = try await found { try await pursight.datasets.get(wanted.dataset) }
    return dataset.map { [$0.name, $0.fqn].contains(current.dataset) } ?? false
  }
}
