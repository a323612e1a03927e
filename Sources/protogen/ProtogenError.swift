/// Why protogen stopped. The message names the file or component and says what to do.
struct ProtogenError: Error, Equatable, CustomStringConvertible {
  enum Code: Equatable {
    /// The command line is wrong.
    case usage
    /// A file cannot be read or written.
    case file
    /// A descriptor set cannot be decoded or holds what proto3 does not.
    case descriptor
    /// The protos break a rule of the house.
    case lint
    /// A change of the protos would break a client.
    case breaking
  }

  let code: Code
  let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  var description: String { message }
}
