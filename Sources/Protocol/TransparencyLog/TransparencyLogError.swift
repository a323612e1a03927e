/// A failure of the TransparencyLog room: bytes that cannot be read, or a log that does not hold.
package struct TransparencyLogError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure happened; callers decide on this and print `message`.
  package enum Code: Hashable, Sendable {
    /// Text or bytes do not have the form of a note, key, checkpoint, proof or leaf.
    case malformed
    /// An index, size or level lies outside the tree.
    case invalidArgument
    /// A leaf, note or list exceeds its limit.
    case tooLarge
    /// The note is not signed by the trusted key: another log, or a forged checkpoint.
    case untrusted
    /// The event's bytes are not the ones that were signed.
    case changed
    /// The log is shorter than what was signed before, or does not hold the event.
    case missing
    /// Two signed states of the log exclude each other: history was rewritten.
    case forked
  }

  /// The kind of failure.
  package let code: Code
  /// What happened, to which index, size or field, and what to do.
  package let message: String

  /// Makes an error of a kind with its explanation.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
