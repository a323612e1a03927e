internal import Glibc

/// The environment of this process.
enum ProcessEnvironment {
  /// Returns the value of a variable, nil when it is absent or empty.
  static func value(_ name: String) -> String? {
    guard let found = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: found)
    return text.isEmpty ? nil : text
  }
}
