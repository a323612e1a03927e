/// What went wrong with the private cluster, in one sentence that says what to do.
package struct PrivateClusterError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure.
  package enum Code: Sendable, Equatable {
    /// No PostgreSQL of a supported version was found.
    case notInstalled
    /// The directory holds a cluster of a version that is not installed.
    case versionMissing
    /// A directory or program cannot be used by the cluster's account.
    case permission
    /// The account has no entry in the system's user database.
    case unknownUser
    /// The path of the socket is longer than the kernel allows.
    case pathTooLong
    /// Another process uses the directory.
    case inUse
    /// No space is left on the device.
    case diskFull
    /// PostgreSQL did not become ready within its limit.
    case timeout
    /// PostgreSQL refused to start; the message carries its own last line.
    case refused
    /// The operating system refused a call.
    case system
  }

  /// The kind of failure.
  package let code: Code
  /// What happened, to which name, and what to do.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}

extension PrivateClusterError {
  /// Names the cause of a failed PostgreSQL program by what it printed.
  ///
  /// - Parameters:
  ///   - program: The program's name, for the message.
  ///   - output: What it wrote to its standard error.
  ///   - directory: The cluster's directory, for the message.
  static func explaining(
    program: String, output: String, directory: String
  ) -> PrivateClusterError {
    let line = lastComplaint(in: output)
    if output.contains("No space left on device") {
      return PrivateClusterError(
        .diskFull, "No space is left for \(directory): free some, or choose another --data-dir.")
    }
    if output.contains("Permission denied") || output.contains("Operation not permitted") {
      return PrivateClusterError(
        .permission, "\(program) may not use \(directory) (\(line)): choose another --data-dir.")
    }
    if output.contains("could not look up effective user ID")
      || output.contains("could not look up local user ID")
    {
      return PrivateClusterError(
        .unknownUser,
        "PostgreSQL needs an entry in /etc/passwd for the user it runs as (\(line)): add one, "
          + "or use an existing server with --database-url.")
    }
    if output.contains("lock file \"postmaster.pid\" already exists") {
      return PrivateClusterError(
        .inUse, "Another PostgreSQL already runs in \(directory): stop it first.")
    }
    return PrivateClusterError(.refused, "\(program) failed in \(directory): \(line)")
  }

  /// Returns the last line that PostgreSQL marked as an error, or the last line at all.
  static func lastComplaint(in output: String) -> String {
    let lines = output.split(whereSeparator: \.isNewline).map(String.init)
    let complaint = lines.last { line in
      line.contains("FATAL:") || line.contains("PANIC:") || line.contains("error:")
        || line.contains("ERROR:")
    }
    return complaint ?? lines.last ?? "it printed nothing"
  }
}
