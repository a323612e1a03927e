/// What an audit event says of a change, before Storage adds who did it, when, and in which
/// project.
package struct AuditRecord: Hashable, Sendable {
  /// What was done, in a word.
  package enum Activity: String, Hashable, Sendable, CaseIterable {
    case create, update, delete, open, finish, abort, read, deny
  }

  package var activity: Activity
  package var resources: [AuditedResource]
  package var changes: [FieldChange]
  /// The gRPC status code that the call ended with; 0 is OK.
  package var outcome: Int32
  /// Anything to add, in a sentence.
  package var note: String
  /// The permission that was missing, for `deny`.
  package var deniedPermission: String?

  package init(
    _ activity: Activity, resources: [AuditedResource] = [], changes: [FieldChange] = [],
    outcome: Int32 = 0, note: String = "", deniedPermission: String? = nil
  ) {
    self.activity = activity
    self.resources = resources
    self.changes = changes
    self.outcome = outcome
    self.note = note
    self.deniedPermission = deniedPermission
  }
}

/// A resource that an event touched, with its revisions; 0 stands for "does not exist".
package struct AuditedResource: Hashable, Sendable {
  /// The resource's name, such as `projects/default/sources/nycflights13`.
  package let name: String
  package let revisionBefore: Int64
  package let revisionAfter: Int64

  package init(_ name: String, revisionBefore: Int64, revisionAfter: Int64) {
    self.name = name
    self.revisionBefore = revisionBefore
    self.revisionAfter = revisionAfter
  }
}

/// One field that an event changed; a value is JSON, nil where the field was not set.
package struct FieldChange: Hashable, Sendable {
  package let path: String
  package let before: String?
  package let after: String?

  package init(_ path: String, before: String?, after: String?) {
    self.path = path
    self.before = before
    self.after = after
  }

  /// A text field that changed.
  package static func text(_ path: String, before: String?, after: String?) -> FieldChange {
    FieldChange(path, before: before.map(quoted), after: after.map(quoted))
  }

  /// The text as JSON (RFC 8259 section 7).
  package static func quoted(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: json += "\\\""
      case 0x5c: json += "\\\\"
      case 0..<0x20:
        let digits = String(scalar.value, radix: 16)
        json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }
}
