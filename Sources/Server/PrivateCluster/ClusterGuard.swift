internal import Glibc

/// A tiny process that stops PostgreSQL when this process ends, however it ends.
///
/// It waits for the end of a pipe whose other end only this process holds. PR_SET_PDEATHSIG would
/// not do: it is tied to the thread that forked and lost when the child changes its user.
struct ClusterGuard: ~Copyable, Sendable {
  /// The only writer of the pipe; its end tells the guard to work.
  private let writer: Int32
  private let process: pid_t

  /// What the guard runs: `$1` the cluster, `$2` the socket's directory, `$3` the directory to
  /// delete at the end or nothing.
  ///
  /// The server is known by its working directory, because process ids are used again.
  private static let script = """
    trap '' INT TERM HUP QUIT
    read -r _
    server=
    read -r server < "$1/postmaster.pid"
    if [ -n "$server" ] && [ "/proc/$server/cwd" -ef "$1" ]; then
      kill -INT "$server"
      waited=0
      while [ "/proc/$server/cwd" -ef "$1" ]; do
        sleep 0.02
        waited=$((waited + 1))
        [ $waited -eq 1000 ] && kill -QUIT "$server"
      done
    fi
    rmdir -- "$2"
    [ -n "$3" ] && rm -rf -- "$3"
    exit 0
    """

  /// Starts the guard.
  ///
  /// - Parameters:
  ///   - clusterDirectory: The cluster whose server it stops.
  ///   - deletedDirectory: What it deletes then; nil for nothing.
  ///   - socketDirectory: Removed when it is empty.
  ///   - lockDescriptor: The lock's file, which the guard holds open too.
  init(
    clusterDirectory: String, deletedDirectory: String?, socketDirectory: String,
    lockDescriptor: Int32
  ) throws(PrivateClusterError) {
    let pipe = try Pipe()
    let nowhere = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(nowhere) }
    process = try ChildProcess.start(
      "/bin/sh",
      [
        "-c", Self.script, "pursight-guard", clusterDirectory, socketDirectory,
        deletedDirectory ?? "",
      ],
      descriptors: ChildProcess.Descriptors(
        input: pipe.reader, output: nowhere, kept: lockDescriptor))
    writer = pipe.takeWriter()
  }

  deinit { close(writer) }

  /// Lets the guard do its work now and waits for it. Blocks.
  consuming func finish(limit: Duration) -> Bool {
    let process = process
    letGo()
    return ChildProcess.wait(for: process, limit: limit) != nil
  }

  /// Ends the value, whose `deinit` closes the pipe.
  private consuming func letGo() {}
}
