internal import Glibc

/// Small files: read whole, written whole. Blocks; for start and end of the program.
enum SystemFile {
  /// Bytes of the largest file that is read: configuration, certificates, keys.
  static let maxBytes = 1 << 20

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// - Throws: `file` when it is absent, unreadable or larger than `maxBytes`.
  static func read(_ path: String) throws(AppError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("read", path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe Glibc.read(descriptor, &block, block.count)
      guard count >= 0 else { throw failure("read", path) }
      if count == 0 { return bytes }
      bytes += block.prefix(count)
      guard bytes.count <= maxBytes else {
        throw AppError(
          .file, "\(path) is larger than \(maxBytes >> 10) KiB: it is not a file of ours.")
      }
    }
  }

  static func readText(_ path: String) throws(AppError) -> String {
    guard let text = String(validating: try read(path), as: UTF8.self) else {
      throw AppError(.file, "\(path) is not UTF-8 text.")
    }
    return text
  }

  /// Writes the file beside its place, then moves it there: a crash leaves the old one or the new
  /// one.
  static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o600
  ) throws(AppError) {
    let temporary = "\(path).\(getpid()).new"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw failure("write", path) }
    var written = 0
    var isWhole = true
    while written < bytes.count, isWhole {
      let count = unsafe Glibc.write(descriptor, Array(bytes[written...]), bytes.count - written)
      isWhole = count > 0
      written += max(0, count)
    }
    isWhole = isWhole && fsync(descriptor) == 0
    close(descriptor)
    guard isWhole, unsafe rename(temporary, path) == 0 else {
      let failure = failure("write", path)
      unsafe unlink(temporary)
      throw failure
    }
  }

  /// Makes a directory and those above it; one that exists stays as it is.
  static func makeDirectories(_ path: String, mode: UInt32) throws(AppError) {
    var partial = ""
    for part in path.split(separator: "/") {
      partial += "/" + part
      guard
        unsafe mkdir(partial, mode) == 0 || errno == EEXIST || errno == EISDIR || exists(partial)
      else { throw failure("make", path) }
    }
  }

  /// Makes a directory that has to be new or empty.
  static func makeEmptyDirectory(_ path: String, mode: UInt32) throws(AppError) {
    try makeDirectories(path, mode: mode)
    // An empty directory can be removed and made again; any other refuses to go.
    guard unsafe rmdir(path) == 0, unsafe mkdir(path, mode) == 0 else {
      throw AppError(
        .file, "\(path) is not empty, and --ephemeral would delete it. Choose a new directory.")
    }
  }

  /// Removes a directory that has become empty; one that has not stays.
  static func removeEmptyDirectory(_ path: String) { _ = unsafe rmdir(path) }

  /// When a file was last changed, in nanoseconds since 1970; nil where it is absent.
  static func changeTime(_ path: String) -> Int64? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
  }

  /// The absolute form of a path given on the command line.
  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    guard let current = unsafe getcwd(nil, 0) else { return path }
    defer { unsafe free(current) }
    return unsafe String(cString: current) + "/" + path
  }

  private static func failure(_ verb: String, _ path: String) -> AppError {
    let reason = unsafe String(cString: strerror(errno))
    return AppError(.file, "Cannot \(verb) \(path): \(reason).")
  }
}

/// Numbers of failed system calls that the program tells apart.
enum SystemErrno {
  static let addressInUse = EADDRINUSE
}

/// The machine and this process.
enum SystemInfo {
  static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
  static var process: Int32 { getpid() }

  /// Blocks the calling thread.
  static func sleep(milliseconds: UInt32) { usleep(milliseconds * 1000) }

  /// Ends the process.
  static func exit(_ code: Int32) -> Never { Glibc.exit(code) }

  /// Lets the calling thread wait for nothing.
  static func pause() { Glibc.pause() }
}
