/// Why a text is not JSON, or not JSON within the limits.
package struct JSONError: Error, Equatable, Sendable {
  package enum Code: Sendable {
    /// The text breaks the grammar of RFC 8259.
    case malformed
    /// An object names a key twice.
    case duplicateKey
    /// A limit of `JSONLimits` is exceeded.
    case tooLarge
    /// The text is JSON, but not what was asked for.
    case unexpected
  }

  package let code: Code
  /// What is wrong and what to do, without the position.
  package let reason: String
  /// Where, in bytes from the start of the text.
  package let offset: Int

  package init(_ code: Code, _ reason: String, at offset: Int) {
    self.code = code
    self.reason = reason
    self.offset = offset
  }

  /// What is wrong and where.
  package var message: String { "\(reason) at byte \(offset)" }
}

extension JSONError: CustomStringConvertible {
  package var description: String { message }
}
