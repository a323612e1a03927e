internal import PurSightClient

extension ProtoEnum {
  /// The value for people and documents: `warn` of `SEVERITY_WARN`; empty for the one that says
  /// nothing.
  var short: String {
    guard rawValue != 0 else { return "" }
    guard let name, let prefix = Self.prefix, name.hasPrefix(prefix) else { return description }
    return String(name.dropFirst(prefix.count)).lowercased().replacing("_", with: "-")
  }

  /// What the names of all values begin with: `SEVERITY_`.
  private static var prefix: String? {
    names.first { $0.0 == 0 }.map { String($0.1.dropLast("UNSPECIFIED".count)) }
  }

  /// The value of a short name, as `short` has it; nil where there is none.
  init?(short: String) {
    let name = short.uppercased().replacing("-", with: "_")
    self.init(name: (Self.prefix ?? "") + name)
  }

  /// The short names of all values that say something.
  static var shortNames: [String] { names.filter { $0.0 != 0 }.map { Self(rawValue: $0.0).short } }
}
