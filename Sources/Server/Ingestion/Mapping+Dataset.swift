internal import PurSightAPI
internal import PurSightGovernance
internal import PurSightServiceKit
internal import PurSightStorage

// Datasets and write streams between the API and Governance.

extension PurSightAPI.Dataset {
  init(_ dataset: Dataset, in scope: Scope) {
    self.init(
      name: "\(scope.name)/datasets/\(dataset.state.uid)", fqn: dataset.fqn.text,
      asset: "\(scope.name)/assets/\(dataset.state.uid)", description: dataset.description,
      keyColumns: dataset.keyColumns,
      columns: (dataset.schema?.columns ?? []).enumerated().map {
        PurSightAPI.Column($0.element, ordinal: $0.offset)
      },
      schemaVersion: dataset.schema?.version ?? 0, revision: dataset.dataRevision,
      rowCount: dataset.rowCount, storedBytes: dataset.storedBytes,
      quarantinedCount: dataset.quarantinedCount,
      ruleSet: dataset.ruleSet.map { "\(scope.name)/ruleSets/\($0)" } ?? "",
      meta: ResourceMeta(dataset.state))
  }
}

extension PurSightAPI.Column {
  init(_ column: PurSightGovernance.Column, ordinal: Int) {
    self.init(
      columnID: column.id, name: column.name,
      type: PurSightAPI.ColumnType(rawValue: Int32(column.type.rawValue)),
      nullable: column.isNullable, ordinal: Int32(ordinal), precision: column.precision,
      scale: column.scale, nativeType: column.nativeType, keyOrdinal: column.keyOrdinal)
  }
}

extension PurSightGovernance.Column {
  /// A column as a request declares it.
  /// - Throws: `invalid` for a type that is not known.
  init(declared column: PurSightAPI.Column, field: String) throws(GovernanceError) {
    guard let number = Int16(exactly: column.type.rawValue),
      let type = PurSightGovernance.ColumnType(rawValue: number)
    else {
      throw GovernanceError(
        .invalid, field: field + ".type", "The column \"\(column.name)\" needs a type.")
    }
    self.init(
      name: column.name, type: type, isNullable: column.nullable, precision: column.precision,
      scale: column.scale, nativeType: column.nativeType)
  }
}

extension PurSightAPI.WriteStream {
  init(_ stream: WriteStream, in scope: Scope) {
    let dataset = "\(scope.name)/datasets/\(stream.datasetUID)"
    self.init(
      name: "\(dataset)/writeStreams/\(stream.id)", dataset: dataset,
      source: stream.source.map { "\(scope.name)/sources/\($0)" } ?? "",
      sourceURI: stream.sourceURI,
      state: WriteStreamState(rawValue: Int32(stream.life.rawValue)), epoch: stream.epoch,
      nextOffset: stream.nextOffset, rowsStored: stream.rowsStored,
      rowsQuarantined: stream.rowsQuarantined, commits: stream.commits,
      onBadRow: PurSightAPI.BadRowPolicy(rawValue: Int32(stream.onBadRow.rawValue)),
      ruleSet: stream.ruleSet.map { "\(scope.name)/ruleSets/\($0)" } ?? "",
      ruleSetVersion: stream.ruleSetVersion, resumeToken: stream.resumeToken,
      meta: ResourceMeta(stream.state), revision: stream.dataRevision,
      schemaVersion: stream.schemaVersion, segmentsDigest: stream.segmentsDigest,
      checkRun: stream.checkRunUID.map { "\(scope.name)/checkRuns/\($0)" } ?? "",
      lastCommitTime: stream.lastCommitTime.map { Timestamp(microseconds: $0) })
  }
}

extension PurSightAPI.QuarantinedRow {
  init(
    _ stored: QuarantineStore.Stored, dataset: Dataset, in scope: Scope
  ) {
    let row = stored.row
    let name = "\(scope.name)/datasets/\(dataset.state.uid)"
    self.init(
      dataset: name, writeStream: "\(name)/writeStreams/\(stored.writeStream)",
      offset: row.offset, ruleID: row.ruleID, column: row.column, value: row.value,
      reason: row.reason, message: row.message, row: row.body,
      createTime: Timestamp(microseconds: stored.time), line: row.line)
  }
}
