/// What `postmaster.pid` says: PostgreSQL's own lock and state file.
struct PostmasterFile: Sendable, Equatable {
  /// The last line, written as the server's life goes on.
  enum Status: Sendable, Equatable {
    case starting
    case stopping
    case ready
    /// Ready as a standby.
    case standby
    case unknown
  }

  let process: Int32
  let port: Int
  let socketDirectory: String
  let status: Status

  /// Parses the file's text; nil while it is still being written.
  ///
  /// Lines, from PostgreSQL's `utils/pidfile.h`: process id, data directory, start time, port,
  /// first socket directory, first listen address, shared memory key, status.
  init?(parsing text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 5, let process = Int32(lines[0]), process > 0, let port = Int(lines[3])
    else { return nil }
    self.process = process
    self.port = port
    socketDirectory = String(lines[4])
    let word = lines.count >= 8 ? lines[7].filter { !$0.isWhitespace } : ""
    switch word {
    case "starting": status = .starting
    case "stopping": status = .stopping
    case "ready": status = .ready
    case "standby": status = .standby
    default: status = .unknown
    }
  }

  /// Reads the file of a cluster; nil when there is none.
  static func read(clusterDirectory: String) -> PostmasterFile? {
    FileSystem.read(clusterDirectory + "/postmaster.pid").flatMap(PostmasterFile.init(parsing:))
  }

  /// Whether the process it names lives and really is this cluster's server.
  ///
  /// Process ids are used again after a crash; a server's working directory is its cluster.
  func isAlive(clusterDirectory: String) -> Bool {
    FileSystem.resolve("/proc/\(process)/cwd") == FileSystem.resolve(clusterDirectory)
  }
}
