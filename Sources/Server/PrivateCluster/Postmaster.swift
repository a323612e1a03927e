internal import Glibc
internal import Synchronization

/// The running server of a cluster: started or adopted, watched, and started again.
///
/// Its state is behind a mutex; one thread waits for the server's end.
final class Postmaster: Sendable {
  private struct State: ~Copyable {
    var process: pid_t = 0
    var isStopping = false
    var clusterGuard: ClusterGuard?
    var lock: ClusterLock?

    init(lock: consuming ClusterLock) { self.lock = consume lock }
  }

  /// The pause before the first further start after a failed one; it doubles.
  static let minRestartPause = Duration.milliseconds(50)
  static let maxRestartPause = Duration.seconds(5)
  /// How long a killed server's remaining children may take to notice and end.
  static let orphanLimit = Duration.seconds(10)

  let socketDirectory: String
  let port: Int
  private let installation: PostgresInstallation
  private let layout: ClusterLayout
  private let account: ClusterAccount
  private let configuration: PrivateClusterConfiguration
  private let state: Mutex<State>

  /// The server's process id; 0 while there is none.
  var process: Int32 { state.withLock { $0.process } }

  private init(
    installation: PostgresInstallation, layout: ClusterLayout, account: ClusterAccount,
    configuration: PrivateClusterConfiguration, socketDirectory: String, port: Int,
    lock: consuming ClusterLock
  ) {
    self.installation = installation
    self.layout = layout
    self.account = account
    self.configuration = configuration
    self.socketDirectory = socketDirectory
    self.port = port
    state = Mutex(State(lock: lock))
  }

  /// Starts the server of a cluster, or takes over one that a killed process left running.
  static func start(
    installation: PostgresInstallation, layout: ClusterLayout, account: ClusterAccount,
    configuration: PrivateClusterConfiguration, lock: consuming ClusterLock
  ) throws(PrivateClusterError) -> Postmaster {
    let began = ContinuousClock().now
    let running = try runningServer(layout, limit: configuration.startLimit)
    let socketDirectory: String
    if let running {
      socketDirectory = running.socketDirectory
    } else {
      socketDirectory = try layout.makeSocketDirectory(for: account)
    }
    let postmaster = Postmaster(
      installation: installation, layout: layout, account: account, configuration: configuration,
      socketDirectory: socketDirectory, port: running?.port ?? ClusterSettings.port, lock: lock)
    try postmaster.startGuard()
    do throws(PrivateClusterError) {
      let process: pid_t
      if let running {
        configuration.onEvent(.adopted(process: running.process))
        process = running.process
      } else {
        try postmaster.configure()
        process = try postmaster.launch()
      }
      postmaster.state.withLock { $0.process = process }
      try BlockingThread.start(named: "pg-watch") { postmaster.watch(process) }
    } catch {
      try? postmaster.stop(limit: PrivateCluster.stopLimit)
      throw error
    }
    configuration.onEvent(.ready(began.duration(to: ContinuousClock().now)))
    return postmaster
  }

  /// Stops the server by its guard and waits for its end.
  func stop(limit: Duration) throws(PrivateClusterError) {
    let clusterGuard = state.withLock { state in
      state.isStopping = true
      return state.clusterGuard.take()
    }
    guard let clusterGuard else { return }
    if !clusterGuard.finish(limit: limit) {
      throw PrivateClusterError(
        .timeout,
        "PostgreSQL in \(layout.cluster) did not stop within \(limit); its guard goes on trying.")
    }
    state.withLock { state in
      state.process = 0
      state.lock = nil
    }
  }

  private func startGuard() throws(PrivateClusterError) {
    let deleted = configuration.lifetime == .ephemeral ? layout.directory : nil
    try state.withLock { state throws(PrivateClusterError) in
      state.clusterGuard = try ClusterGuard(
        clusterDirectory: layout.cluster, deletedDirectory: deleted,
        socketDirectory: socketDirectory, lockDescriptor: state.lock?.descriptor ?? -1)
    }
  }

  private func configure() throws(PrivateClusterError) {
    let own = try ClusterAccount.current().name
    let settings = ClusterSettings(
      socketDirectory: socketDirectory, durability: configuration.durability,
      maxConnections: configuration.maxConnections,
      users: own == account.name ? [own] : [own, account.name])
    try layout.configure(settings, account: account)
  }

  /// Returns the server that already runs, after waiting for one that starts or stops.
  private static func runningServer(
    _ layout: ClusterLayout, limit: Duration
  ) throws(PrivateClusterError) -> PostmasterFile? {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: limit)
    while let file = PostmasterFile.read(clusterDirectory: layout.cluster),
      file.isAlive(clusterDirectory: layout.cluster)
    {
      if file.status == .ready { return file }
      if clock.now > end {
        throw PrivateClusterError(
          .inUse,
          "PostgreSQL (process \(file.process)) in \(layout.cluster) is neither ready nor gone: "
            + "end it, then try again.")
      }
      usleep(5_000)
    }
    return nil
  }

  /// Starts the server and waits until it accepts connections.
  private func launch() throws(PrivateClusterError) -> pid_t {
    let clock = ContinuousClock()
    let orphanEnd = clock.now.advanced(by: Self.orphanLimit)
    while true {
      do throws(PrivateClusterError) {
        return try launchOnce()
      } catch {
        // Children of a killed server hold its shared memory until they notice.
        guard error.message.contains("shared memory block"), clock.now < orphanEnd else {
          throw error
        }
        usleep(20_000)
      }
    }
  }

  private func launchOnce() throws(PrivateClusterError) -> pid_t {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: configuration.startLimit)
    let log = try layout.openLog()
    defer { close(log) }
    let nothing = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(nothing) }
    let logOffset = lseek(log, 0, Int32(SEEK_END))
    let child = try ChildProcess.start(
      installation.server, ["-D", layout.cluster], as: account,
      descriptors: ChildProcess.Descriptors(input: nothing, output: log))
    while true {
      if let file = PostmasterFile.read(clusterDirectory: layout.cluster), file.process == child,
        file.status == .ready
      {
        return child
      }
      if waitpid(child, nil, WNOHANG) != 0 {
        throw PrivateClusterError.explaining(
          program: installation.server,
          output: FileSystem.read(layout.log, from: logOffset) ?? "", directory: layout.cluster)
      }
      if clock.now > end {
        kill(child, SIGQUIT)
        _ = ChildProcess.wait(for: child, limit: .seconds(5))
        throw PrivateClusterError(
          .timeout,
          "PostgreSQL was not ready within \(configuration.startLimit): read \(layout.log).")
      }
      usleep(2_000)
    }
  }

  /// Waits for the server's end, again and again, and starts it when nobody asked for the end.
  private func watch(_ first: pid_t) {
    var process = first
    while true {
      _ = ChildProcess.wait(for: process, limit: nil)
      let isStopping = state.withLock { state in
        state.process = 0
        return state.isStopping
      }
      if isStopping { return }
      configuration.onEvent(.ended(process: process))
      guard let next = restart() else { return }
      process = next
    }
  }

  /// Starts the server until that succeeds; nil when the cluster is being stopped.
  private func restart() -> pid_t? {
    let began = ContinuousClock().now
    var pause = Self.minRestartPause
    while true {
      do throws(PrivateClusterError) {
        let process = try launch()
        let isStopping = state.withLock { state in
          if !state.isStopping { state.process = process }
          return state.isStopping
        }
        if isStopping {
          kill(process, SIGINT)
          _ = ChildProcess.wait(for: process, limit: nil)
          return nil
        }
        configuration.onEvent(.ready(began.duration(to: ContinuousClock().now)))
        return process
      } catch {
        configuration.onEvent(.restartFailed(error))
      }
      usleep(
        UInt32(pause.components.attoseconds / 1_000_000_000_000)
          + UInt32(pause.components.seconds) * 1_000_000)
      pause = min(pause * 2, Self.maxRestartPause)
      if state.withLock({ $0.isStopping }) { return nil }
    }
  }
}
