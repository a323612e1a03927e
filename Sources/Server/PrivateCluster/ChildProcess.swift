internal import CPurSightLinux
internal import Glibc

/// Programs that this process starts, as itself or as another user.
enum ChildProcess {
  /// What a program that ended left behind.
  struct Result: Sendable {
    /// The exit code; 128 + the signal's number when a signal ended it.
    let status: Int32
    /// What it wrote to standard output and standard error, at most `maxOutputBytes`.
    let output: String
  }

  /// The descriptors of a program that is being started.
  struct Descriptors: Sendable {
    var input: Int32
    var output: Int32
    /// Stays open as descriptor 3.
    var kept: Int32 = -1
  }

  static let maxOutputBytes = 64 << 10

  /// PostgreSQL reads locale and time zone from the environment, and would search for the zone.
  private static let environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"]

  /// Starts a program and returns its process id; the caller waits for it.
  static func start(
    _ program: String, _ arguments: [String], as account: ClusterAccount? = nil,
    descriptors: Descriptors
  ) throws(PrivateClusterError) -> pid_t {
    var options = pursight_spawn_options()
    options.standard_input = descriptors.input
    options.standard_output = descriptors.output
    options.standard_error = descriptors.output
    options.kept_descriptor = descriptors.kept
    if let account, account.isForeign {
      options.changes_user = 1
      options.user_id = account.user
      options.group_id = account.group
    }
    let child = unsafe withCStrings([program] + arguments) { argv in
      unsafe withCStrings(environment) { envp in
        unsafe pursight_spawn(program, argv, envp, &options)
      }
    }
    if child < 0 { throw FileSystem.failure("start", program) }
    return child
  }

  /// Runs a program to its end. Blocks.
  ///
  /// - Parameter limit: How long it may run; then it is killed and `timeout` is thrown.
  static func run(
    _ program: String, _ arguments: [String], as account: ClusterAccount? = nil,
    input: String = "", limit: Duration
  ) throws(PrivateClusterError) -> Result {
    let standardInput = try Pipe()
    defer { standardInput.close() }
    let standardOutput = try Pipe()
    defer { standardOutput.close() }
    // Short enough for the pipe's own buffer, so that nobody waits for the reader.
    precondition(input.utf8.count <= 4096, "input of a child process does not fit into a pipe")
    var text = input
    text.withUTF8 { bytes in
      _ = unsafe write(standardInput.writer, bytes.baseAddress, bytes.count)
    }
    let child = try start(
      program, arguments, as: account,
      descriptors: Descriptors(input: standardInput.reader, output: standardOutput.writer))
    standardInput.closeWriter()
    standardOutput.closeWriter()
    let output = standardOutput.readToEnd(limit: limit)
    guard let output, let status = wait(for: child, limit: limit) else {
      kill(child, SIGKILL)
      _ = wait(for: child, limit: .seconds(5))
      throw PrivateClusterError(.timeout, "\(program) did not end within \(limit).")
    }
    return Result(status: status, output: output)
  }

  /// Waits until a child ends and returns its status; nil when the limit passes first. Blocks.
  static func wait(for child: pid_t, limit: Duration?) -> Int32? {
    let descriptor = pursight_pidfd_open(child)
    if descriptor >= 0 {
      defer { close(descriptor) }
      guard waitReadable(descriptor, limit: limit) else { return nil }
    }
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0 {
      if errno != EINTR { return 0 }
    }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }

  /// Waits until a descriptor is readable or at its end; false when the limit passes first.
  static func waitReadable(_ descriptor: Int32, limit: Duration?) -> Bool {
    let clock = ContinuousClock()
    let end = limit.map { clock.now.advanced(by: $0) }
    while true {
      let rest = end.map { clock.now.duration(to: $0) }
      let milliseconds = rest.map { rest in
        Int32(
          clamping: max(
            0,
            rest.components.seconds * 1000
              + rest.components.attoseconds / 1_000_000_000_000_000 + 1))
      }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let count = unsafe poll(&entry, 1, milliseconds ?? -1)
      if count > 0 { return true }
      if count == 0 { return false }
      if errno != EINTR { return true }
    }
  }

  private static func withCStrings<R>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
  ) -> R {
    let copies = unsafe strings.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe body(copies + [nil])
  }
}

/// A pipe whose ends close when they are told to or when it goes; both are closed on exec.
final class Pipe {
  private(set) var reader: Int32
  private(set) var writer: Int32

  init() throws(PrivateClusterError) {
    var ends: (Int32, Int32) = (-1, -1)
    let made = unsafe withUnsafeMutablePointer(to: &ends) { pointer in
      unsafe pointer.withMemoryRebound(to: Int32.self, capacity: 2) { unsafe pipe2($0, O_CLOEXEC) }
    }
    if made != 0 { throw FileSystem.failure("make", "a pipe") }
    (reader, writer) = ends
  }

  deinit { close() }

  func closeReader() {
    if reader >= 0 { Glibc.close(reader) }
    reader = -1
  }

  func closeWriter() {
    if writer >= 0 { Glibc.close(writer) }
    writer = -1
  }

  /// Returns the writing end, which the caller closes.
  func takeWriter() -> Int32 {
    defer { writer = -1 }
    return writer
  }

  func close() {
    closeReader()
    closeWriter()
  }

  /// Returns what was written until the last writer closed; nil when the limit passes first.
  func readToEnd(limit: Duration) -> String? {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: limit)
    var bytes: [UInt8] = []
    while ChildProcess.waitReadable(reader, limit: clock.now.duration(to: end)) {
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
        count = unsafe max(0, read(reader, buffer.baseAddress, buffer.count))
      }
      if chunk.isEmpty { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk.prefix(ChildProcess.maxOutputBytes - bytes.count)
    }
    return nil
  }
}
