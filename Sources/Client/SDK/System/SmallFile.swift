#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Files of a few kilobytes that are read and written as a whole.
enum SmallFile {
  /// The largest that is read, in bytes.
  static let maxBytes = 16 << 20

  /// The content; nil where there is no such file.
  static func content(_ path: String) throws(PurSightError) -> [UInt8]? {
    guard exists(path) else { return nil }
    let file = try InputFile(path)
    let bytes = try file.read(maxBytes + 1)
    guard bytes.count <= maxBytes else {
      throw PurSightError(.invalidArgument, "\(path) is larger than \(maxBytes) bytes.")
    }
    return bytes
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// The path from the root on; a relative one is taken from the working directory.
  static func absolute(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Writes beside the file and puts the new one in its place, so that there is always a whole one.
  /// Only its owner can read it. Folders on the way are made.
  static func write(_ bytes: [UInt8], to path: String) throws(PurSightError) {
    makeFolders(above: path)
    let temporary = "\(path).\(getpid()).new"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileProblem.error("write", temporary) }
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: buffer[written...]))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        defer {
          _ = close(descriptor)
          _ = unsafe unlink(temporary)
        }
        throw FileProblem.error("write", temporary)
      }
      written += count
    }
    let isSynced = fsync(descriptor) == 0
    let isClosed = close(descriptor) == 0
    guard isSynced, isClosed, unsafe rename(temporary, path) == 0 else {
      defer { _ = unsafe unlink(temporary) }
      throw FileProblem.error("write", path)
    }
  }

  private static func makeFolders(above path: String) {
    var folder = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
      folder += folder.isEmpty && part.isEmpty ? "/" : (folder.hasSuffix("/") ? part : "/" + part)
      if !path.hasPrefix("/"), folder.hasPrefix("/") { folder.removeFirst() }
      // What is there already stays; what cannot be made is found when the file is opened.
      if folder != "/" { _ = unsafe mkdir(folder, 0o700) }
    }
  }
}

/// write(2), under a name that does not collide with the method.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  unsafe write(descriptor, bytes.baseAddress, bytes.count)
}
