internal import Glibc

/// The exclusive right to use a cluster's directory.
///
/// The lock belongs to an open file that the guard inherits, so it is held until the guard has
/// stopped PostgreSQL, also when the process that took it was killed.
struct ClusterLock: ~Copyable, Sendable {
  /// How long a dead process's guard may take to stop its PostgreSQL.
  static let guardLimit = Duration.seconds(30)

  /// How long a killed process may take to be gone.
  static let deathLimit = Duration.milliseconds(300)

  let descriptor: Int32

  /// Takes the lock. Blocks while the guard of a process that died is still at work.
  ///
  /// - Throws: `inUse` when a living process holds it.
  init(path: String, directory: String) throws(PrivateClusterError) {
    let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw FileSystem.failure("open", path) }
    do throws(PrivateClusterError) {
      try Self.wait(for: file, path: path, directory: directory)
    } catch {
      close(file)
      throw error
    }
    let holder = "\(getpid())\n"
    _ = ftruncate(file, 0)
    _ = unsafe pwrite(file, holder, holder.utf8.count, 0)
    descriptor = file
  }

  deinit { close(descriptor) }

  private static func wait(
    for file: Int32, path: String, directory: String
  ) throws(PrivateClusterError) {
    let clock = ContinuousClock()
    let began = clock.now
    while flock(file, LOCK_EX | LOCK_NB) != 0 {
      if errno != EWOULDBLOCK { throw FileSystem.failure("lock", path) }
      let holder = FileSystem.read(path).flatMap { Int32($0.prefix { $0.isNumber }) }
      // A process that was just killed lives on for a moment.
      let waited = began.duration(to: clock.now)
      if let holder, waited > deathLimit, isAlive(holder) {
        throw PrivateClusterError(
          .inUse,
          "Process \(holder) already uses \(directory): stop it, or choose another --data-dir.")
      }
      if waited > guardLimit {
        throw PrivateClusterError(
          .inUse, "\(directory) is still being closed by the process before: try again.")
      }
      usleep(10_000)
    }
  }

  /// Whether a process lives: one that ended and was not waited for does not.
  private static func isAlive(_ process: Int32) -> Bool {
    guard kill(process, 0) == 0 || errno == EPERM else { return false }
    // "42 (name) S …": the name may hold anything, so the state stands behind the last bracket.
    guard let line = FileSystem.read("/proc/\(process)/stat"),
      let bracket = line.lastIndex(of: ")")
    else { return true }
    let state = line[line.index(after: bracket)...].first { $0 != " " }
    return state != "Z" && state != "X"
  }
}
