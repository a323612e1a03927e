package import PurSightAPI
package import PurSightGovernance

extension Timestamp {
  /// Microseconds since 1970-01-01T00:00:00Z.
  package init(microseconds: Int64) {
    let seconds = microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
    self.init(seconds: seconds, nanos: Int32(microseconds - seconds * 1_000_000) * 1000)
  }

  /// Microseconds since 1970-01-01T00:00:00Z; beyond Int64 the nearest one. Finer parts are dropped.
  package var microseconds: Int64 {
    let (whole, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000)
    let (sum, exceeds) = whole.addingReportingOverflow(Int64(nanos) / 1000)
    return overflows || exceeds ? (seconds < 0 ? .min : .max) : sum
  }
}

extension ResourceMeta {
  /// The API's form of what every resource has in common.
  package init(_ state: ResourceState) {
    self.init(
      uid: state.uid, etag: state.etag, revision: state.revision,
      createTime: Timestamp(microseconds: state.createTime),
      updateTime: Timestamp(microseconds: state.updateTime),
      deleteTime: state.deleteTime.map { Timestamp(microseconds: $0) },
      purgeTime: state.purgeTime.map { Timestamp(microseconds: $0) },
      creator: state.creator, updater: state.updater)
  }
}
