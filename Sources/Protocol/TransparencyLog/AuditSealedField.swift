/// A personal value with the name of its field.
package struct AuditSealedField: Hashable, Sendable {
  /// The field, such as `actor.name` or `source.address`.
  package var name: String
  /// The ciphertext.
  package var value: AuditSealedValue

  /// Names a sealed value.
  package init(name: String, value: AuditSealedValue) {
    self.name = name
    self.value = value
  }
}
