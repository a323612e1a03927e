public import PurSightAPI

/// An asset as it was when it was looked up, with its columns.
public struct CatalogAsset: Sendable {
  let session: CallSession
  /// The asset with all its layers.
  public let asset: Asset
  /// Its columns at the newest schema version; none where they are not known.
  public let columns: AssetColumns

  init(_ session: CallSession, _ name: String) async throws(PurSightError) {
    let assets = Assets(session)
    let asset = try await assets.get(name)
    let columns = asset.schemaVersion > 0 ? try await assets.schema(of: asset.name).columns : []
    self.init(session, asset, columns)
  }

  private init(_ session: CallSession, _ asset: Asset, _ columns: [Column]) {
    self.session = session
    self.asset = asset
    self.columns = AssetColumns(session, asset, columns)
  }

  /// `projects/{project}/assets/{uid}`.
  public var name: String { asset.name }
  /// The fully qualified name.
  public var fqn: String { asset.fqn }
  /// What kind of thing it is.
  public var kind: AssetKind { asset.kind }
  /// Who answers for it.
  public var owners: [String] { asset.effective?.owners ?? [] }
  /// What it is, and who says so.
  public var description: LayeredText { LayeredText(asset) { $0.description } }

  /// Where it came from, or where it went, step by step.
  ///
  /// - Parameter depth: Steps at the most.
  public func lineage(
    _ direction: LineageDirection = .upstream, depth: Int = 1
  ) -> LineageSequence {
    LineageSequence(session, LineageNode(asset: asset.name, fqn: asset.fqn), direction, depth)
  }

  /// Changes what people say of it. `change` runs again when somebody else was faster.
  ///
  /// - Returns: the asset as it is now, and the proof of the change.
  @discardableResult public func update(
    dryRun: Bool = false, _ change: (inout AssetEdit) -> Void
  ) async throws(PurSightError) -> Receipt<CatalogAsset> {
    try await Assets(session).update(asset.name, dryRun: dryRun) { asset in
      var edit = AssetEdit(asset)
      change(&edit)
      edit.apply(to: &asset)
    }.map { CatalogAsset(session, $0, columns.map(\.column)) }
  }
}

/// What people can say of an asset.
public struct AssetEdit: Sendable {
  /// A name for people.
  public var displayName: String
  /// What it is, in Markdown.
  public var description: String
  /// Who answers for it: principals.
  public var owners: [String]
  /// Further properties.
  public var properties: [Property]

  init(_ asset: Asset) {
    displayName = asset.displayName
    description = asset.curatedFacet?.description ?? ""
    owners = asset.curatedFacet?.owners ?? []
    properties = asset.properties
  }

  func apply(to asset: inout Asset) {
    asset.displayName = displayName
    asset.properties = properties
    var facet = asset.curatedFacet ?? Facet()
    facet.description = description
    facet.owners = owners
    // An empty layer that was not there before is no change.
    if facet != Facet() || asset.curatedFacet != nil { asset.curatedFacet = facet }
  }
}

/// A text, and which layer says it: people before the source before what was derived.
public struct LayeredText: Sendable, Hashable, CustomStringConvertible {
  /// Who says it.
  public enum Origin: String, Sendable {
    case curated
    case source
    case derived
    /// Nobody says anything.
    case none
  }

  /// The text; empty where nobody says anything.
  public let text: String
  /// Who says it.
  public let origin: Origin

  init(_ asset: Asset, _ field: (Facet) -> String) {
    let layers: [(Facet?, Origin)] = [
      (asset.curatedFacet, .curated), (asset.sourceFacet, .source), (asset.derivedFacet, .derived),
    ]
    for case (let facet?, let origin) in layers where !field(facet).isEmpty {
      (text, self.origin) = (field(facet), origin)
      return
    }
    (text, origin) = ("", .none)
  }

  /// The text.
  public var description: String { text }
}
