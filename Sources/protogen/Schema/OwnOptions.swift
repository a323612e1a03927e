/// What `option (pursight.v1.policy)` says of a method.
struct MethodPolicy: Equatable, Sendable {
  enum Audit: Equatable, Sendable { case unspecified, none, mutation, classifiedRead }

  var permission = ""
  var resourceField = ""
  var audit = Audit.unspecified
  /// In milliseconds; nil where the option was not written.
  var defaultDeadlineMilliseconds: Int64?
  var stepUp = ""
}

/// What `[(pursight.v1.rule)]` says of a field.
struct FieldRule: Equatable, Sendable {
  var isRequired = false
  /// Characters of a string, bytes of a bytes field, elements of a repeated one; 0: no bound.
  var maxLength: Int64 = 0
  var minimum: Double?
  var maximum: Double?
  /// Name of a format; empty: any.
  var format = ""

  var isEmpty: Bool { self == FieldRule() }
}

/// The numbers of the own options, as `pursight/v1/options.proto` has them.
///
/// protogen cannot use the types it generates, so it reads these few fields by number. `OptionLint`
/// refuses an `options.proto` that says otherwise.
enum OwnOption {
  static let policy: UInt32 = 50001
  static let rule: UInt32 = 50002
  static let bulk: UInt32 = 50003

  /// Extension name and number, as `options.proto` must have them.
  static let expected: [(extendee: String, name: String, number: UInt32)] = [
    ("google.protobuf.MethodOptions", "policy", policy),
    ("google.protobuf.FieldOptions", "rule", rule),
    ("google.protobuf.FieldOptions", "bulk", bulk),
  ]

  /// Message, field and number, as `options.proto` must have them.
  static let expectedFields: [(message: String, field: String, number: Int32)] = [
    ("MethodPolicy", "permission", 1), ("MethodPolicy", "resource_field", 2),
    ("MethodPolicy", "audit", 3), ("MethodPolicy", "default_deadline_ms", 4),
    ("MethodPolicy", "step_up", 5), ("FieldRule", "required", 1), ("FieldRule", "max_length", 2),
    ("FieldRule", "minimum", 3), ("FieldRule", "maximum", 4), ("FieldRule", "format", 5),
  ]
}

extension MethodPolicy {
  /// Reads a `pursight.v1.MethodPolicy`.
  init(_ message: WireMessage) {
    permission = message.text(1)
    resourceField = message.text(2)
    audit =
      switch message.integer(3) {
      case 1: .none
      case 2: .mutation
      case 3: .classifiedRead
      default: .unspecified
      }
    defaultDeadlineMilliseconds = message.integer(4).map { Int64(bitPattern: $0) }
    stepUp = message.text(5)
  }
}

extension FieldRule {
  /// Reads a `pursight.v1.FieldRule`.
  init(_ message: WireMessage) {
    isRequired = message.flag(1)
    maxLength = Int64(bitPattern: message.integer(2) ?? 0)
    minimum = message.double(3)
    maximum = message.double(4)
    format = message.text(5)
  }
}
