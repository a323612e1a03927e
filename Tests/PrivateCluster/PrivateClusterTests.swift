internal import Glibc
internal import PurSightPrivateCluster
internal import Synchronization
internal import Testing

/// Events of a cluster, collected from its threads.
private final class Events: Sendable {
  private let events = Mutex<[PrivateClusterEvent]>([])
  func add(_ event: PrivateClusterEvent) { events.withLock { $0.append(event) } }
  var all: [PrivateClusterEvent] { events.withLock { $0 } }

  /// Waits for an event that something outside this process causes.
  func wait(_ limit: Duration, _ condition: ([PrivateClusterEvent]) -> Bool) -> Bool {
    let end = ContinuousClock().now.advanced(by: limit)
    while ContinuousClock().now < end {
      if condition(all) { return true }
      usleep(5_000)
    }
    return condition(all)
  }
}

/// Runs psql and returns what it prints: an opinion that is not ours.
private func psql(_ connection: String, _ statement: String, bin: String) -> String {
  let program = "\(bin)/psql -X -q -A -t -d \"\(connection)\" -c \"\(statement)\" 2>&1"
  guard let stream = unsafe popen(program, "r") else { return "popen failed" }
  var bytes: [UInt8] = []
  while true {
    let byte = unsafe getc(stream)
    if byte < 0 { break }
    bytes.append(UInt8(truncatingIfNeeded: byte))
  }
  unsafe pclose(stream)
  return String(decoding: bytes, as: UTF8.self).split(separator: "\n").joined(separator: "\n")
}

private func isRunning(_ process: Int32) -> Bool {
  var path = [CChar](repeating: 0, count: 16)
  return unsafe readlink("/proc/\(process)/cwd", &path, path.count) > 0
}

@Suite(.serialized) struct PrivateClusterTests {
  private func ephemeral(_ events: Events = Events()) throws -> PrivateClusterConfiguration {
    try .ephemeral(durability: .processCrashOnly) { events.add($0) }
  }

  @Test func `a new cluster serves its three roles and refuses others`() throws {
    let configuration = try ephemeral()
    let cluster = try PrivateCluster.start(configuration)
    defer { try? cluster.stop() }
    let bin = cluster.programDirectory
    #expect(cluster.isNew)
    for (role, name) in [
      (PrivateCluster.Role.superuser, "postgres"), (.owner, "pursight_owner"),
      (.app, "pursight_app"),
    ] {
      let said = psql(
        cluster.connectionString(as: role), "SELECT current_user, current_database()", bin: bin)
      #expect(said == "\(name)|pursight")
    }
    let superuser = cluster.connectionString(as: .superuser)
    #expect(
      psql(
        superuser,
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles "
          + "WHERE rolname ~ '^pursight' ORDER BY 1",
        bin: bin) == "pursight_app|f|f\npursight_owner|f|f")
    #expect(psql(superuser, "CREATE ROLE stranger LOGIN", bin: bin) == "")
    let stranger = "host='\(cluster.socketDirectory)' user=stranger dbname=pursight"
    #expect(psql(stranger, "SELECT 1", bin: bin).contains("Peer authentication failed"))
    #expect(
      psql(cluster.connectionString(as: .app), "CREATE TABLE public.t (a int)", bin: bin)
        .contains("permission denied"))
  }

  @Test func `no port is open and the settings are the durable ones`() throws {
    let configuration = try PrivateClusterConfiguration.ephemeral()
    let cluster = try PrivateCluster.start(configuration)
    defer { try? cluster.stop() }
    func show(_ setting: String) -> String {
      psql(
        cluster.connectionString(as: .superuser), "SHOW \(setting)", bin: cluster.programDirectory)
    }
    #expect(show("listen_addresses") == "")
    #expect(show("fsync") == "on")
    #expect(show("synchronous_commit") == "on")
    #expect(show("full_page_writes") == "on")
    #expect(show("track_commit_timestamp") == "on")
    #expect(show("log_statement") == "none")
    #expect(show("server_encoding") == "UTF8")
    #expect(show("lc_collate") == "C")
  }

  @Test func `a second start uses the rows of the first`() throws {
    let directory = try ephemeral().directory
    defer { unlinkAll(directory) }
    let configuration = PrivateClusterConfiguration(
      directory: directory, durability: .processCrashOnly)
    let first = try PrivateCluster.start(configuration)
    let owner = first.connectionString(as: .owner)
    #expect(psql(owner, "CREATE TABLE t AS SELECT 42 AS a", bin: first.programDirectory) == "")
    let firstProcess = first.process
    try first.stop()
    #expect(!isRunning(firstProcess))
    let second = try PrivateCluster.start(configuration)
    defer { try? second.stop() }
    #expect(!second.isNew)
    #expect(psql(owner, "SELECT a FROM t", bin: second.programDirectory) == "42")
  }

  @Test func `a directory in use is refused with the process that uses it`() throws {
    let configuration = try ephemeral()
    let cluster = try PrivateCluster.start(configuration)
    defer { try? cluster.stop() }
    let error = #expect(throws: PrivateClusterError.self) {
      try PrivateCluster.start(
        PrivateClusterConfiguration(directory: configuration.directory))
    }
    #expect(error?.code == .inUse)
    #expect(error?.message.contains("Process \(getpid()) already uses") == true)
  }

  @Test func `a server that is killed comes back with its rows`() throws {
    let events = Events()
    let cluster = try PrivateCluster.start(try ephemeral(events))
    defer { try? cluster.stop() }
    let owner = cluster.connectionString(as: .owner)
    let bin = cluster.programDirectory
    #expect(psql(owner, "CREATE TABLE t AS SELECT 7 AS a", bin: bin) == "")
    let process = cluster.process
    kill(process, SIGKILL)
    #expect(
      events.wait(.seconds(30)) { events in
        guard let end = events.firstIndex(of: .ended(process: process)) else { return false }
        return events[end...].contains { if case .ready = $0 { true } else { false } }
      })
    #expect(cluster.process != process)
    #expect(psql(owner, "SELECT a FROM t", bin: bin) == "7")
  }

  @Test func `stopping an ephemeral cluster leaves nothing behind`() throws {
    let configuration = try ephemeral()
    let cluster = try PrivateCluster.start(configuration)
    let process = cluster.process
    #expect(isRunning(process))
    try cluster.stop()
    try cluster.stop()
    #expect(!isRunning(process))
    #expect(unsafe access(configuration.directory, F_OK) != 0)
    #expect(unsafe access(cluster.socketDirectory, F_OK) != 0)
  }

  @Test func `a place without PostgreSQL is told in one sentence`() throws {
    let configuration = PrivateClusterConfiguration(
      directory: "/tmp/pursight-unused", programDirectory: "/usr/share")
    let error = #expect(throws: PrivateClusterError.self) {
      try PrivateCluster.start(configuration)
    }
    #expect(error?.code == .notInstalled)
    #expect(error?.message.contains("in /usr/share: install it") == true)
    _ = unsafe rmdir("/tmp/pursight-unused")
  }

  @Test func `a relative directory is refused`() throws {
    let error = #expect(throws: PrivateClusterError.self) {
      try PrivateCluster.start(PrivateClusterConfiguration(directory: "data"))
    }
    #expect(error?.message.contains("data is no absolute path") == true)
  }

  @Test(.enabled(if: geteuid() == 0)) func `a directory closed to PostgreSQL is named`() throws {
    let closed = try ephemeral().directory
    defer { unlinkAll(closed) }
    _ = unsafe chmod(closed, 0o700)
    let error = #expect(throws: PrivateClusterError.self) {
      try PrivateCluster.start(PrivateClusterConfiguration(directory: closed + "/data"))
    }
    #expect(error?.code == .permission)
    #expect(error?.message.hasPrefix("\(closed) is closed to user") == true)
  }
}

private func unlinkAll(_ directory: String) {
  guard let stream = unsafe popen("rm -rf -- '\(directory)'", "r") else { return }
  unsafe pclose(stream)
}
