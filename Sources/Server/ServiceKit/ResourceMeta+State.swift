package import PurSightAPI
package import PurSightGovernance

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
