public import PurSightRPC

/// What is wrong with the fields of one message, collected while it is checked.
public struct FieldViolations: Sendable {
  /// How many are reported; the rest is not looked at. A peer may send ten thousand wrong elements.
  public static let maxCount = 20

  /// In the order in which they were found.
  public private(set) var all: [BadRequest.FieldViolation] = []
  /// The path of the message being checked, with its final dot; empty at the top.
  private var prefix = ""

  /// None, at the top of a message.
  public init() {}

  /// Whether nothing is wrong so far.
  public var isEmpty: Bool { all.isEmpty }

  /// Adds one.
  /// - Parameters:
  ///   - field: the field's name in the message being checked.
  ///   - description: what is wrong and what to do, as a sentence without the field's name.
  public mutating func add(_ field: String, _ description: String) {
    guard all.count < Self.maxCount else { return }
    all.append(BadRequest.FieldViolation(field: prefix + field, description: description))
  }

  /// The violations as a status; nil where there are none.
  public var error: RPCError? {
    guard let first = all.first else { return nil }
    let more = all.count > 1 ? " (and \(all.count - 1) more)" : ""
    let details = BadRequest(fieldViolations: all)
    return RPCError(
      .invalidArgument, "\(first.field): \(first.description)\(more)",
      details: [.init(typeName: BadRequest.protoName, value: details.serialized())])
  }

  // MARK: Messages inside the message

  /// Checks the message in `field`.
  public mutating func inside(_ field: String, _ check: (inout FieldViolations) -> Void) {
    guard all.count < Self.maxCount else { return }
    let outer = prefix
    prefix += field + "."
    check(&self)
    prefix = outer
  }

  /// Checks one element of a repeated field.
  public mutating func inside(
    _ field: String, index: Int, _ check: (inout FieldViolations) -> Void
  ) {
    inside("\(field)[\(index)]", check)
  }

  /// Checks one value of a map.
  public mutating func inside(
    _ field: String, key: String, _ check: (inout FieldViolations) -> Void
  ) {
    inside("\(field)[\"\(key)\"]", check)
  }

  // MARK: Rules

  /// The field has to be set.
  public mutating func require(_ isSet: Bool, _ field: String) {
    if !isSet { add(field, "is required; set it.") }
  }

  /// The text has at most `limit` characters: Unicode scalars, as JSON schema and PostgreSQL count
  /// characters.
  public mutating func maxCharacters(_ text: String, _ limit: Int, _ field: String) {
    // Bytes are counted at no cost and are never fewer than characters.
    guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return }
    add(field, "has \(text.unicodeScalars.count) characters; at most \(limit) are allowed.")
  }

  /// The field has at most `limit` bytes.
  public mutating func maxBytes(_ bytes: [UInt8], _ limit: Int, _ field: String) {
    guard bytes.count > limit else { return }
    add(field, "has \(bytes.count) bytes; at most \(limit) are allowed.")
  }

  /// The field has at most `limit` elements.
  public mutating func maxElements(_ count: Int, _ limit: Int, _ field: String) {
    guard count > limit else { return }
    add(field, "has \(count) elements; at most \(limit) are allowed.")
  }

  /// The number is from `low` to `high`; nil is no bound. NaN is in no range.
  public mutating func range(_ value: Double, _ low: Double?, _ high: Double?, _ field: String) {
    let isInside = value >= (low ?? -.infinity) && value <= (high ?? .infinity)
    guard !isInside else { return }
    switch (low, high) {
    case (let low?, let high?):
      add(field, "is \(text(value)); it has to be from \(text(low)) to \(text(high)).")
    case (let low?, nil): add(field, "is \(text(value)); it has to be \(text(low)) or more.")
    case (nil, let high?): add(field, "is \(text(value)); it has to be \(text(high)) or less.")
    case (nil, nil): break
    }
  }

  /// The text has the form `format`. An empty text has any form: whether it may be empty is what
  /// `required` says.
  public mutating func format(_ text: String, _ format: TextFormat, _ field: String) {
    guard !text.isEmpty, !format.matches(text) else { return }
    let shown = text.unicodeScalars.count > 40 ? String(text.unicodeScalars.prefix(40)) + "…" : text
    add(field, "is \"\(shown)\"; it has to be \(format.advice).")
  }

  private func text(_ value: Double) -> String {
    Int64(exactly: value).map { String($0) } ?? String(value)
  }
}
