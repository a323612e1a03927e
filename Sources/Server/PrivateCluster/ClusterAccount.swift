internal import Glibc

/// The user that PostgreSQL runs as: it refuses to run as root.
struct ClusterAccount: Sendable, Equatable {
  let user: UInt32
  let group: UInt32
  /// The name in the system's user database, which peer authentication compares.
  let name: String
  /// Whether this process must become another user to run as the account.
  var isForeign: Bool { user != geteuid() }

  /// Returns the account of this process.
  static func current() throws(PrivateClusterError) -> ClusterAccount {
    let user = geteuid()
    guard let account = lookUp(user: user) else {
      throw PrivateClusterError(
        .unknownUser,
        "User \(user) has no entry in /etc/passwd, which PostgreSQL needs: add one, or use an "
          + "existing server with --database-url.")
    }
    return account
  }

  /// Chooses the account to run PostgreSQL as.
  ///
  /// Not root: this user. Root: the owner of an existing cluster, else `postgres`, else the user
  /// who called `sudo`, else `nobody`.
  static func choose(clusterDirectory: String) throws(PrivateClusterError) -> ClusterAccount {
    let current = try current()
    guard current.user == 0 else { return current }
    if let owner = FileSystem.owner(of: clusterDirectory), owner != 0,
      let account = lookUp(user: owner)
    {
      return account
    }
    if let account = lookUp(name: "postgres") { return account }
    if let invoker = ProcessEnvironment.value("SUDO_UID").flatMap({ UInt32($0) }), invoker != 0,
      let account = lookUp(user: invoker)
    {
      return account
    }
    if let account = lookUp(name: "nobody") { return account }
    throw PrivateClusterError(
      .unknownUser,
      "PostgreSQL refuses to run as root and there is no user postgres or nobody: add one, or "
        + "start as another user.")
  }

  static func lookUp(user: UInt32) -> ClusterAccount? {
    unsafe read { entry, buffer, count, found in
      unsafe getpwuid_r(user, entry, buffer, count, found)
    }
  }

  static func lookUp(name: String) -> ClusterAccount? {
    unsafe read { entry, buffer, count, found in
      unsafe getpwnam_r(name, entry, buffer, count, found)
    }
  }

  private typealias Lookup = (
    UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
    UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
  ) -> Int32

  /// The largest entry of the user database, in bytes.
  private static let maxEntryBytes = 16384

  private static func read(_ lookUp: Lookup) -> ClusterAccount? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: maxEntryBytes) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      var entry = unsafe passwd()
      var found: UnsafeMutablePointer<passwd>? = nil
      guard unsafe lookUp(&entry, base, maxEntryBytes, &found) == 0, unsafe found != nil,
        let name = unsafe entry.pw_name
      else { return nil }
      return unsafe ClusterAccount(
        user: entry.pw_uid, group: entry.pw_gid, name: String(cString: name))
    }
  }
}
