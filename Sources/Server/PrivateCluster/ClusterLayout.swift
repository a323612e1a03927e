internal import CPurSightLinux
internal import Glibc

/// Where the files of a cluster are, and how they are made.
struct ClusterLayout: Sendable {
  /// The kernel's limit of a socket's path, in bytes, without its closing zero.
  static let maxSocketPathBytes = 107
  /// The log is put aside at a start when it is larger than this, in bytes.
  static let maxLogBytes = 16 << 20

  let directory: String
  let majorVersion: Int

  /// PostgreSQL's data directory.
  var cluster: String { "\(directory)/pg\(majorVersion)" }
  /// The data directory while it is being made.
  var partial: String { cluster + ".partial" }
  var lock: String { cluster + ".lock" }
  var log: String { cluster + ".log" }
  /// Present until a new cluster's files are surely on the disk.
  var unsynced: String { cluster + ".unsynced" }

  /// The directory of the socket: short, because of the kernel's limit.
  func socketDirectory(for account: ClusterAccount) -> String {
    // FNV-1a, 64 bits.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in "\(account.user):\(cluster)".utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    let name = "pursight-" + String(hash, radix: 16)
    if !account.isForeign, let runtime = ProcessEnvironment.value("XDG_RUNTIME_DIR"),
      unsafe access(runtime, W_OK) == 0
    {
      return "\(runtime)/\(name)"
    }
    if geteuid() == 0, unsafe access("/run", W_OK) == 0 { return "/run/\(name)" }
    return "/tmp/\(name)"
  }

  /// Refuses a place that the account cannot reach, before PostgreSQL does so less clearly.
  func check(for account: ClusterAccount) throws(PrivateClusterError) {
    if let closed = FileSystem.firstClosedDirectory(above: directory, to: account) {
      throw PrivateClusterError(
        .permission,
        "\(closed) is closed to user \(account.name), which PostgreSQL runs as: choose another "
          + "--data-dir, for example \(PrivateClusterConfiguration.defaultDirectory()).")
    }
    if let owner = FileSystem.owner(of: cluster), owner != account.user {
      throw PrivateClusterError(
        .permission,
        "\(cluster) belongs to user \(owner), not to \(account.name): start as its owner, or "
          + "choose another --data-dir.")
    }
  }

  /// Makes the directory of the socket, or makes sure that it is ours alone.
  func makeSocketDirectory(for account: ClusterAccount) throws(PrivateClusterError) -> String {
    let path = socketDirectory(for: account)
    if (path + "/.s.PGSQL.\(ClusterSettings.port)").utf8.count > Self.maxSocketPathBytes {
      throw PrivateClusterError(
        .pathTooLong,
        "The socket's directory \(path) is too long (a socket's path has at most "
          + "\(Self.maxSocketPathBytes) bytes): set XDG_RUNTIME_DIR to a shorter one.")
    }
    if unsafe mkdir(path, 0o700) == 0 {
      try FileSystem.give(path, to: account)
    } else if errno != EEXIST {
      throw FileSystem.failure("make the directory", path)
    }
    guard let found = FileSystem.information(path), found.st_mode & S_IFMT == S_IFDIR,
      found.st_uid == account.user, found.st_mode & 0o077 == 0
    else {
      throw PrivateClusterError(
        .permission,
        "\(path) is not a directory of user \(account.name) alone: remove it, then try again.")
    }
    return path
  }

  /// Makes a new cluster beside its place and moves it there when it is complete.
  func create(
    _ installation: PostgresInstallation, account: ClusterAccount, limit: Duration
  ) throws(PrivateClusterError) {
    _ = try ChildProcess.run("/bin/rm", ["-rf", "--", partial], limit: limit)
    if unsafe mkdir(partial, 0o700) != 0 { throw FileSystem.failure("make the directory", partial) }
    try FileSystem.give(partial, to: account)
    // The files are written to the disk later, in the background: it takes as long as the rest.
    var arguments = ["-D", partial, "-U", ClusterSettings.superuser, "--encoding=UTF8"]
    arguments += ["--locale=C", "--auth-local=peer", "--auth-host=reject", "--no-sync"]
    // Bytes order text, so that indexes serve prefixes; letters beyond ASCII still have a case.
    if Self.hasLocale("C.UTF-8") { arguments.append("--lc-ctype=C.UTF-8") }
    try run(installation.initializer, arguments, "", account, limit)
    // Without this, version 14 and older let every role make tables in the schema public.
    if majorVersion < 15 {
      try single(
        installation, "postgres", "REVOKE CREATE ON SCHEMA public FROM PUBLIC;\n", account, limit)
    }
    try single(installation, "template1", ClusterSettings.roles, account, limit)
    try FileSystem.write("", to: unsynced, for: account)
    if unsafe rename(partial, cluster) != 0 {
      throw FileSystem.failure("move \(partial) to", cluster)
    }
  }

  /// Writes the configuration files of a cluster.
  func configure(
    _ settings: ClusterSettings, account: ClusterAccount
  ) throws(PrivateClusterError) {
    try FileSystem.write(settings.server, to: cluster + "/postgresql.conf", for: account)
    try FileSystem.write(settings.access, to: cluster + "/pg_hba.conf", for: account)
    try FileSystem.write(settings.identities, to: cluster + "/pg_ident.conf", for: account)
  }

  /// Opens the log for PostgreSQL to append to.
  func openLog() throws(PrivateClusterError) -> Int32 {
    if let size = FileSystem.information(log)?.st_size, size > Self.maxLogBytes {
      _ = unsafe rename(log, log + ".1")
    }
    let file = unsafe open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw FileSystem.failure("open", log) }
    return file
  }

  /// Writes a new cluster's files to the disk, on a thread of its own.
  func synchroniseInBackground(
    _ onEvent: @escaping @Sendable (PrivateClusterEvent) -> Void
  ) throws(PrivateClusterError) {
    let layout = self
    try BlockingThread.start(named: "pg-sync") {
      guard FileSystem.synchronise(layout.cluster) else { return }
      unsafe unlink(layout.unsynced)
      onEvent(.synced)
    }
  }

  private func single(
    _ installation: PostgresInstallation, _ database: String, _ statements: String,
    _ account: ClusterAccount, _ limit: Duration
  ) throws(PrivateClusterError) {
    try run(
      installation.server,
      [
        "--single", "-F", "-c", "exit_on_error=on", "-c", "log_checkpoints=off", "-D", partial,
        database,
      ],
      statements, account, limit)
  }

  private func run(
    _ program: String, _ arguments: [String], _ input: String, _ account: ClusterAccount,
    _ limit: Duration
  ) throws(PrivateClusterError) {
    let result = try ChildProcess.run(
      program, arguments, as: account, input: input, limit: limit)
    if result.status != 0 {
      throw PrivateClusterError.explaining(
        program: program, output: result.output, directory: directory)
    }
  }

  private static func hasLocale(_ name: String) -> Bool {
    guard let locale = unsafe newlocale(1 << LC_CTYPE, name, nil) else { return false }
    unsafe freelocale(locale)
    return true
  }
}
