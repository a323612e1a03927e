internal import ArgumentParser
internal import PurSightClient

/// Reads the values of the API's enums from the command line, by their short names.
enum EnumOption {
  /// - Throws: an error that names the nearest, or all.
  static func read<Value: ProtoEnum>(_ text: String) throws -> Value {
    if let value = Value(short: text), value.rawValue != 0 { return value }
    let names = Value.shortNames
    let guess = Nearest.of(text, among: names).map { "Did you mean `\($0)`?" }
    throw ValidationError(
      "`\(text)` is none of what can be said here. "
        + (guess ?? "There are: \(names.joined(separator: ", "))."))
  }
}
