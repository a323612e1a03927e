package import PurSightArrow
package import PurSightGovernance
package import PurSightStorage

/// Numbers that `segment.codec` holds: how a segment's buffers are compressed.
package enum SegmentCodec: Int16, Sendable {
  case none = 0
  case lz4 = 1
  case zstd = 2

  package init(_ compression: ArrowCompression) {
    switch compression {
    case .none: self = .none
    case .lz4: self = .lz4
    case .zstd: self = .zstd
    }
  }
}

/// Reads stored segments as record batches: only the bytes of the columns asked for.
package struct SegmentReader: Sendable {
  private let store: any SegmentStore

  package init(_ store: any SegmentStore) { self.store = store }

  /// Why rows could not be read.
  package enum Failure: Error, Sendable {
    case storage(StorageError)
    case arrow(ArrowError)
  }

  /// A segment before its bytes are decoded.
  package struct Raw: Sendable {
    package let segment: StoredSegment
    let layout: SegmentLayout
    let positions: [Int]
    let parts: [SegmentPart]

    /// Decodes the columns, in the order in which they were asked for. Work for the compute
    /// executor.
    /// - Parameter schema: The columns of the schema version that the segment was stored in.
    package func decode(_ schema: ArrowSchema) throws(ArrowError) -> RecordBatch {
      var decoder = SegmentDecoder()
      return try decoder.decode(layout, schema: schema, columns: positions, parts: parts)
    }
  }

  /// Fetches the bytes of some columns.
  /// - Parameter positions: Of the columns wanted, in the segment's own schema version.
  package func fetch(
    _ segment: StoredSegment, dataset uid: String, positions: [Int], in scope: Scope
  ) async throws(Failure) -> Raw {
    let layout: SegmentLayout
    do throws(ArrowError) {
      layout = try SegmentLayout(decoding: segment.columns)
    } catch {
      throw .arrow(error)
    }
    guard positions.allSatisfy(layout.columns.indices.contains) else {
      throw .arrow(ArrowError(.malformed, "segment \(segment.number) lacks columns of its schema"))
    }
    let ranges = layout.ranges(of: positions)
    var parts: [SegmentPart] = []
    if !ranges.isEmpty {
      do throws(StorageError) {
        let bytes = try await store.bytes(
          of: segment.number, dataset: uid,
          ranges: ranges.map { Int64($0.lowerBound)..<Int64($0.upperBound) }, in: scope)
        parts = zip(ranges, bytes).map {
          SegmentPart(offset: $0.lowerBound, bytes: ArrowBuffer($1))
        }
      } catch {
        throw .storage(error)
      }
    }
    return Raw(segment: segment, layout: layout, positions: positions, parts: parts)
  }
}
