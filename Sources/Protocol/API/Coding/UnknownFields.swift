/// Fields of a message that this build does not know, encoded as they came.
///
/// They are sent again with the message, so that a program in the middle loses nothing of what
/// newer programs at both ends say to each other.
public struct UnknownFields: Hashable, Sendable {
  /// Tags and values, one field after the other.
  public let bytes: [UInt8]

  /// None.
  public init() { bytes = [] }

  package init(bytes: [UInt8]) { self.bytes = bytes }

  /// Whether there are none.
  public var isEmpty: Bool { bytes.isEmpty }
}
