internal import PurSightClient

/// What a user of the command line can type next when the server said no.
enum ServerHint {
  static func of(_ error: PurSightError) -> String? {
    if error.reason == "NO_RULES" {
      return "`pursightctl rule suggest DATASET` begins some; `pursightctl dataset edit DATASET "
        + "--rules NAME` binds them."
    }
    guard error.code == .notFound else { return nil }
    return nouns.first { error.message.contains("no \($0.said) \"") }.map {
      "`pursightctl \($0.noun) list` shows what there is."
    }
  }

  /// What the server calls a thing, and the noun that it is here.
  private static let nouns: [(said: String, noun: String)] = [
    ("dataset", "dataset"), ("source", "source"), ("asset", "asset"), ("rule set", "rule"),
    ("issue", "issue"),
  ]
}
