import Foundation

/// A file that is gone with its owner.
final class TemporaryFile: Sendable {
  let path: String

  init(_ name: String, _ text: String) throws {
    let folder = FileManager.default.temporaryDirectory
    path = folder.appending(path: "pursight-\(UUID())-\(name)").path
    try write(text)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }
}

extension TemporaryFile {
  /// The file's mode bits.
  func permissions() throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
  }
}

/// A value on its way through a file.
enum JSON {
  static func copy<Value: Codable>(_ value: Value) throws -> Value {
    try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
  }
}
