#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file that is open for reading. Reading blocks: use it on a thread of its own.
struct InputFile: ~Copyable {
  private let descriptor: Int32
  let path: String
  /// Size when it was opened, in bytes; 0 for a pipe.
  let size: Int64

  /// - Throws: `INVALID_ARGUMENT` in a sentence; reason `FILE_NOT_FOUND` where there is none.
  init(_ path: String) throws(PurSightError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileProblem.error("open", path) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      defer { _ = close(descriptor) }
      throw FileProblem.error("look at", path)
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      _ = close(descriptor)
      throw PurSightError(.invalidArgument, "\(path) is a folder; name a file.")
    }
    self.descriptor = descriptor
    self.path = path
    size = Int64(status.st_size)
  }

  deinit { _ = close(descriptor) }

  /// At most `count` of the next bytes; none at the end.
  func read(_ count: Int) throws(PurSightError) -> [UInt8] {
    var failure = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        guard let base = buffer.baseAddress else { return }
        let got = unsafe systemRead(descriptor, base + filled, count - filled)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = true }
        if got <= 0 { return }
        filled += got
      }
    }
    guard !failure else { throw FileProblem.error("read", path) }
    return bytes
  }
}

/// read(2), under a name that does not collide with the method.
private func systemRead(
  _ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>, _ count: Int
) -> Int { unsafe read(descriptor, buffer, count) }

/// What the system says of a file, in a sentence.
enum FileProblem {
  static func error(_ verb: String, _ path: String) -> PurSightError {
    let number = errno
    switch number {
    case ENOENT:
      return PurSightError(
        .invalidArgument, "There is no file \(path).", reason: "FILE_NOT_FOUND")
    case EACCES, EPERM:
      return PurSightError(
        .invalidArgument, "This user may not \(verb) \(path).", reason: "FILE_NOT_ALLOWED")
    default:
      let reason = unsafe String(cString: strerror(number))
      return PurSightError(.invalidArgument, "Cannot \(verb) \(path): \(reason).")
    }
  }
}
