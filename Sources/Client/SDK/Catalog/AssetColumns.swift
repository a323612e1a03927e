public import PurSightAPI

/// The columns of an asset, by position or by name.
public struct AssetColumns: RandomAccessCollection, Sendable {
  private let session: CallSession
  private let asset: Asset
  private let columns: [Column]

  init(_ session: CallSession, _ asset: Asset, _ columns: [Column]) {
    self.session = session
    self.asset = asset
    self.columns = columns
  }

  /// The first position: 0.
  public var startIndex: Int { 0 }
  /// The position behind the last one.
  public var endIndex: Int { columns.count }
  /// The column at a position.
  public subscript(position: Int) -> AssetColumn { AssetColumn(session, asset, columns[position]) }

  /// The column of this name; nil where there is none.
  public subscript(name: String) -> AssetColumn? {
    columns.first { $0.name == name }.map { AssetColumn(session, asset, $0) }
  }
}

/// A column of an asset.
public struct AssetColumn: Sendable {
  private let session: CallSession
  private let asset: Asset
  /// All that is known of it.
  public let column: Column

  init(_ session: CallSession, _ asset: Asset, _ column: Column) {
    self.session = session
    self.asset = asset
    self.column = column
  }

  /// The column's name.
  public var name: String { column.name }
  /// The type of its values.
  public var type: ColumnType { column.type }
  /// Whether it is a part of the declared key.
  public var isKey: Bool { column.keyOrdinal > 0 }

  /// What it means: as people say, else as the source says, else as was derived.
  public var description: LayeredText {
    LayeredText(asset) { facet in
      facet.columns.first { $0.columnID == column.columnID }?.description ?? ""
    }
  }

  /// Where its values came from, or where they went, step by step.
  ///
  /// - Parameter depth: Steps at the most.
  public func lineage(
    _ direction: LineageDirection = .upstream, depth: Int = 1
  ) -> LineageSequence {
    let node = LineageNode(
      asset: asset.name, fqn: asset.fqn, columnID: column.columnID, column: column.name)
    return LineageSequence(session, node, direction, depth)
  }
}
