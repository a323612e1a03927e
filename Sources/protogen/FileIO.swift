internal import Glibc

/// Whole files in, whole files out.
enum FileIO {
  /// The largest file that is read, in bytes: a descriptor set of some thousand messages.
  static let maxFileBytes = 64 << 20

  static func read(_ path: String) throws(ProtogenError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("read", path) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(descriptor, &block, block.count)
      guard count >= 0 else { throw failure("read", path) }
      guard count > 0 else { return content }
      content += block[..<count]
      guard content.count <= maxFileBytes else {
        throw ProtogenError(.file, "\(path) is larger than \(maxFileBytes) bytes.")
      }
    }
  }

  /// Writes a file and the folders above it.
  static func write(_ path: String, _ content: [UInt8]) throws(ProtogenError) {
    try makeFolders(above: path)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("write", path) }
    defer { close(descriptor) }
    var offset = 0
    while offset < content.count {
      let count = unsafe content.withUnsafeBytes { bytes in
        unsafe Glibc.write(
          descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
      }
      guard count > 0 else { throw failure("write", path) }
      offset += count
    }
  }

  /// Writes to standard error.
  static func complain(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe Glibc.write(2, bytes, bytes.count)
  }

  private static func makeFolders(above path: String) throws(ProtogenError) {
    var end = path.startIndex
    while let slash = path[end...].firstIndex(of: "/") {
      end = path.index(after: slash)
      let folder = String(path[..<slash])
      if folder.isEmpty { continue }
      if unsafe mkdir(folder, 0o755) != 0, errno != EEXIST { throw failure("make", folder) }
    }
  }

  private static func failure(_ verb: String, _ path: String) -> ProtogenError {
    let reason = unsafe String(cString: strerror(errno))
    return ProtogenError(.file, "Cannot \(verb) \(path): \(reason).")
  }
}
