internal import PurSightPostgres

extension Storage {
  /// Months ahead whose partition of the audit log is made.
  static let auditMonthsAhead: Int32 = 2

  /// Makes the partitions of the audit log for this month and those ahead, where there are none.
  ///
  /// An event whose month has no partition is kept all the same, in the default one.
  package func makeAuditMonths() async throws(StorageError) {
    try await executeSystem([
      """
      SELECT audit_make_month((date_trunc('month', now()) + make_interval(months => m))::date) \
      FROM generate_series(0, \(Self.auditMonthsAhead)) AS m
      """
    ])
  }
}
