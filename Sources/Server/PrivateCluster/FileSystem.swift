internal import CPurSightLinux
internal import Glibc

/// The few file operations that the cluster needs, each with the path in its error.
enum FileSystem {
  /// The largest file that is read whole, in bytes.
  static let maxReadBytes = 1 << 20

  static func failure(_ action: String, _ path: String) -> PrivateClusterError {
    let number = errno
    let reason = unsafe String(cString: strerror(number))
    switch number {
    case ENOSPC, EDQUOT:
      return PrivateClusterError(
        .diskFull, "Cannot \(action) \(path): no space is left; free some.")
    case EACCES, EPERM, EROFS:
      return PrivateClusterError(
        .permission,
        "Cannot \(action) \(path): \(reason); choose a --data-dir that this user may write.")
    default:
      return PrivateClusterError(.system, "Cannot \(action) \(path): \(reason).")
    }
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  static func isProgram(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

  static func information(_ path: String) -> stat? {
    var result = stat()
    return unsafe lstat(path, &result) == 0 ? result : nil
  }

  static func owner(of path: String) -> UInt32? { information(path)?.st_uid }

  /// Resolves symbolic links.
  static func resolve(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Makes a directory and the absent ones above it.
  static func makeDirectories(_ path: String, mode: UInt32) throws(PrivateClusterError) {
    var walked = ""
    for part in path.split(separator: "/") {
      walked += "/" + part
      if exists(walked) { continue }
      if unsafe mkdir(walked, mode) != 0, errno != EEXIST {
        throw failure("make the directory", walked)
      }
      // What the umask took away would lock the cluster's account out.
      if unsafe chmod(walked, mode) != 0 { throw failure("set the mode of", walked) }
    }
  }

  /// Makes a directory with a random name that nobody else has.
  static func makeTemporaryDirectory(prefix: String) throws(PrivateClusterError) -> String {
    var template = Array((prefix + "XXXXXX").utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
    }
    guard made else { throw failure("make a directory", prefix + "…") }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // Others may pass through, to what is theirs, and not look around.
    if unsafe chmod(path, 0o711) != 0 { throw failure("set the mode of", path) }
    return path
  }

  static func give(_ path: String, to account: ClusterAccount) throws(PrivateClusterError) {
    guard account.isForeign else { return }
    if unsafe chown(path, account.user, account.group) != 0 {
      throw failure("change the owner of", path)
    }
  }

  static func read(_ path: String, from offset: Int = 0) -> String? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var position = offset
    while bytes.count < maxReadBytes {
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 16384) { buffer, count in
        count = unsafe max(0, pread(file, buffer.baseAddress, buffer.count, position))
      }
      if chunk.isEmpty { break }
      bytes += chunk
      position += chunk.count
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes a file whole and gives it to the account.
  static func write(
    _ text: String, to path: String, for account: ClusterAccount
  ) throws(PrivateClusterError) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("write", path) }
    defer { close(file) }
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(file, buffer.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("write", path)
      }
      written += count
    }
    try give(path, to: account)
  }

  /// Names the first directory of a path that an account may not pass through.
  static func firstClosedDirectory(above path: String, to account: ClusterAccount) -> String? {
    var walked = ""
    for part in path.split(separator: "/") {
      walked += "/" + part
      guard let found = information(resolve(walked) ?? walked) else { return nil }
      let bit: UInt32 =
        found.st_uid == account.user ? 0o100 : found.st_gid == account.group ? 0o010 : 0o001
      if found.st_mode & bit == 0 { return walked }
    }
    return nil
  }

  /// Writes everything that is pending on the file system of a path to its device. Blocks.
  static func synchronise(_ path: String) -> Bool {
    let directory = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return false }
    defer { close(directory) }
    return CPurSightLinux.syncfs(directory) == 0
  }
}
