internal import Foundation

/// The files that `-f` names.
enum DocumentFiles {
  /// A file's name, as it was given, and its text.
  struct File {
    let path: String
    let text: String
  }

  /// Reads a file, all `*.yaml` and `*.yml` of a folder in the order of their names, or standard
  /// input for `-`.
  static func read(_ paths: [String]) throws -> [File] {
    var files: [File] = []
    for path in paths {
      if path == "-" {
        let data = try FileHandle.standardInput.readToEnd() ?? Data()
        files.append(File(path: "standard input", text: try text(data, "standard input")))
        continue
      }
      guard
        let attributes = try? FileManager.default.attributesOfItem(
          atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
      else {
        throw Failure.usage("There is no file \(path).", hint: "Check what you gave to -f.")
      }
      let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
      for name in isFolder ? try names(in: path) : [path] {
        let data = try Data(contentsOf: URL(fileURLWithPath: name))
        files.append(File(path: name, text: try text(data, name)))
      }
    }
    return files
  }

  private static func names(in folder: String) throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
    guard !names.isEmpty else {
      throw Failure.usage(
        "There is no *.yaml in \(folder).", hint: "Name the folder with the documents.")
    }
    return names.map { folder.hasSuffix("/") ? folder + $0 : folder + "/" + $0 }
  }

  private static func text(_ data: Data, _ path: String) throws -> String {
    guard data.count <= Limits.documentBytes else {
      throw Failure.usage(
        "\(path) has \(Numbers.bytes(Int64(data.count))); at most "
          + "\(Numbers.bytes(Int64(Limits.documentBytes))) are read.")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw Failure.usage("\(path) is not UTF-8 text.", hint: "Save it as UTF-8.")
    }
    return text
  }
}
