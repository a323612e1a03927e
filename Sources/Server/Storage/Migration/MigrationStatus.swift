/// How a database's shape compares with what this build knows. A value: nothing is read here.
package struct MigrationStatus: Sendable {
  package let applied: [AppliedMigration]
  package let pending: [Migration]

  /// Compares what is known with what was applied.
  /// - Throws: `corrupt` when an applied migration is not the one of this build, is missing between
  ///   others, or comes from a newer build.
  package init(known: [Migration], applied: [AppliedMigration]) throws(StorageError) {
    for (index, step) in applied.enumerated() {
      guard step.number == Int32(index) + 1 else {
        throw StorageError(
          .corrupt, "Migration \(index + 1) is missing in the database, \(step.number) is there.")
      }
      guard index < known.count else {
        throw StorageError(
          .corrupt,
          "The database is at migration \(applied.count), this build knows \(known.count). "
            + "Use a newer pursightd.")
      }
      guard known[index].digest == step.digest else {
        throw StorageError(
          .corrupt,
          "Migration \(step.number) (\(step.name)) was applied with other contents than this build "
            + "has. Use the build that made the database, or a new database.")
      }
    }
    self.applied = applied
    pending = Array(known.dropFirst(applied.count))
  }

  package var isCurrent: Bool { pending.isEmpty }
}
