/// The kind of act: up to 99 the numbers of OCSF class 6003, from 100 on our own, which an export
/// to OCSF writes as 99. The raw values are the encoding's and never change their meaning.
package enum AuditActivity: UInt8, Sendable, CaseIterable {
  case create = 1
  case read = 2
  case update = 3
  case delete = 4
  case other = 99
  /// A load was opened.
  case open = 100
  /// A load was finished.
  case finish = 101
  /// A load was given up.
  case abort = 102
  /// A call was refused.
  case deny = 103
}
