internal import PurSightArrow
internal import PurSightCompute
internal import PurSightGovernance
internal import PurSightRPC
internal import PurSightRows
internal import PurSightServiceKit
internal import PurSightStorage

/// The parents that reference rules look values up in, read from the stored rows of other datasets.
struct StoredParents {
  private let service: QualityService
  private let scope: Scope

  init(_ service: QualityService, _ scope: Scope) {
    self.service = service
    self.scope = scope
  }

  /// The parents by rule. A dataset or column that is missing leaves its rule without one, and the
  /// verdict says so.
  func sets(of program: RuleProgram) async throws -> [String: ReferenceSet] {
    var sets: [String: ReferenceSet] = [:]
    for reference in program.references {
      let key = AssetStore.Key(reference: reference.dataset)
      guard let parent = try await service.datasets.dataset(key, in: scope) else { continue }
      let columns = (parent.schema?.columns ?? []).filter { reference.columns.contains($0.name) }
      guard columns.count == reference.columns.count else { continue }
      var set = ReferenceSet(columns: reference.columns)
      var scan = DatasetScan(
        parent, columns: columns, at: parent.dataRevision, index: service.segmentIndex,
        store: service.segments, schemas: service.schemas, in: scope)
      while let segment = try await scan.nextSegment() {
        let fetched = try await service.fetch(segment, &scan)
        do {
          let batch = try await service.kit.compute { () throws(ArrowError) in
            try fetched.batch()
          }
          try set.add(batch)
        } catch let error as ArrowError {
          throw QualityService.damaged(error)
        }
      }
      sets[reference.rule] = set
    }
    return sets
  }
}

extension QualityService {
  /// Fetches a segment's bytes.
  func fetch(
    _ segment: StoredSegment, _ scan: inout DatasetScan
  ) async throws -> DatasetScan.Fetched {
    do throws(SegmentReader.Failure) {
      return try await scan.fetch(segment)
    } catch {
      switch error {
      case .storage(let error): throw error
      case .arrow(let error): throw Self.damaged(error)
      }
    }
  }

  static func damaged(_ error: ArrowError) -> RPCError {
    RPCError(.dataLoss, "Stored rows cannot be read: \(error.description)")
      .reason("SEGMENT_DAMAGED")
  }
}
