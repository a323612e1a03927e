package import PurSightGovernance
internal import PurSightPostgres

extension AssetStore {
  /// Adds an asset, its facets and its search row to the unit. Its name being taken fails the unit
  /// with `alreadyExists(taken)`.
  package func insert(_ asset: Asset, columns: [Column], into unit: inout UnitOfWork) {
    let state = asset.state
    unit.add(
      """
      INSERT INTO asset (project_id, uid, kind, fqn, fqn_key, source_id, display_name, \
      property_keys, property_values, revision, create_time, update_time, creator, updater) \
      VALUES (\(unit.scope.project), \(uid: state.uid), \(asset.kind.rawValue), \
      \(asset.fqn.text), \(asset.fqn.text), (SELECT source_id FROM source \
      WHERE project_id = \(unit.scope.project) AND slug = \(asset.source) \
      AND delete_time IS NULL), \(asset.displayName), \(asset.properties.map(\.key)), \
      \(asset.properties.map(\.value)), \(state.revision), \
      \(time: state.createTime), \(time: state.updateTime), \
      \(state.creator), \(state.updater))
      """)
    writeFacets(of: asset, layers: Facets.Layer.allCases, into: &unit)
    writeSearch(of: asset, columns: columns, into: &unit)
  }

  /// Writes an asset as it is after a change of the one at `revision`: name for people, properties,
  /// facets of people, and search row.
  package func update(
    _ asset: Asset, columns: [Column], from revision: Int64, in unit: inout UnitOfWork
  ) {
    let state = asset.state
    unit.require(
      """
      UPDATE asset SET display_name = \(asset.displayName), \
      property_keys = \(asset.properties.map(\.key)), \
      property_values = \(asset.properties.map(\.value)), revision = \(state.revision), \
      update_time = \(time: state.updateTime), updater = \(state.updater) \
      WHERE uid = \(uid: state.uid) AND revision = \(revision) \
      AND delete_time IS NULL
      """, else: .revision)
    writeFacets(of: asset, layers: [.curated], into: &unit)
    writeSearch(of: asset, columns: columns, into: &unit)
  }

  /// Marks an asset as deleted, and takes it out of search.
  package func delete(_ asset: Asset, from revision: Int64, in unit: inout UnitOfWork) {
    let state = asset.state
    unit.require(
      """
      UPDATE asset SET revision = \(state.revision), \
      update_time = \(time: state.updateTime), \
      delete_time = \(time: state.updateTime), updater = \(state.updater) \
      WHERE uid = \(uid: state.uid) AND revision = \(revision) \
      AND delete_time IS NULL
      """, else: .revision)
    unit.add(
      """
      DELETE FROM asset_search WHERE asset_id = \
      (SELECT asset_id FROM asset WHERE uid = \(uid: state.uid))
      """)
  }

  private func writeFacets(
    of asset: Asset, layers: [Facets.Layer], into unit: inout UnitOfWork
  ) {
    let uid = asset.state.uid
    for layer in layers {
      let facet = asset.facets[layer]
      // A new asset has no rows that an empty layer would have to replace.
      if facet.isEmpty && asset.state.revision == 1 { continue }
      unit.add(
        """
        INSERT INTO asset_facet (project_id, asset_id, layer, description, owners) \
        SELECT project_id, asset_id, \(layer.rawValue), \(facet.description), \(facet.owners) \
        FROM asset WHERE uid = \(uid: uid) \
        ON CONFLICT (asset_id, layer) DO UPDATE SET description = EXCLUDED.description, \
        owners = EXCLUDED.owners
        """)
      unit.add(
        """
        DELETE FROM column_facet WHERE layer = \(layer.rawValue) \
        AND asset_id = (SELECT asset_id FROM asset WHERE uid = \(uid: uid))
        """)
      guard !facet.columns.isEmpty else { continue }
      let notes = facet.columns.sorted { $0.key < $1.key }
      unit.add(
        """
        INSERT INTO column_facet (project_id, asset_id, column_id, layer, description) \
        SELECT a.project_id, a.asset_id, n.column_id, \(layer.rawValue), n.description \
        FROM asset a, unnest(\(notes.map(\.key)), \(notes.map(\.value))) \
        AS n(column_id, description) WHERE a.uid = \(uid: uid)
        """)
    }
  }

  /// Replaces the row by which search finds the asset.
  package func writeSearch(of asset: Asset, columns: [Column], into unit: inout UnitOfWork) {
    let name = SearchWords.of(asset.fqn.text) + SearchWords.of(asset.displayName)
    let columnWords = columns.flatMap { SearchWords.of($0.name) }
    let effective = asset.facets.effective
    let other =
      SearchWords.of(effective.description) + effective.columns.values.flatMap(SearchWords.of)
    // array_to_tsvector wants each word once and none empty.
    func distinct(_ words: [String]) -> [String] { Array(Set(words)).sorted() }
    unit.add(
      """
      INSERT INTO asset_search (project_id, asset_id, fqn_key, leaf_key, rank_key, name_words, \
      column_words, any_words) \
      SELECT project_id, asset_id, fqn_key, \(asset.fqn.leaf.lowercased()), 0, \
      array_to_tsvector(\(distinct(name))), array_to_tsvector(\(distinct(columnWords))), \
      array_to_tsvector(\(distinct(name + columnWords + other))) \
      FROM asset WHERE uid = \(uid: asset.state.uid) \
      ON CONFLICT (asset_id) DO UPDATE SET fqn_key = EXCLUDED.fqn_key, \
      leaf_key = EXCLUDED.leaf_key, name_words = EXCLUDED.name_words, \
      column_words = EXCLUDED.column_words, any_words = EXCLUDED.any_words
      """)
  }
}

extension AssetStore {
  /// Brings the asset's number of rows up to that of its dataset.
  package func setRowCount(ofDataset uid: String, in unit: inout UnitOfWork) {
    unit.add(
      """
      UPDATE asset a SET row_count = d.row_count FROM dataset d \
      WHERE d.uid = \(uid: uid) AND a.asset_id = d.dataset_id
      """)
  }
}
