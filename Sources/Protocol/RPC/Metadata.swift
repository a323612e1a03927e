/// Call metadata: an ordered multimap of lower-case names to values.
///
/// A name that ends in `-bin` carries bytes, every other one printable ASCII. On the wire the bytes
/// are base64; here they are as they were given. Source: gRPC over HTTP/2, "Custom-Metadata".
public struct Metadata: Hashable, Sendable {
  /// Text, or bytes under a name that ends in `-bin`.
  public enum Value: Hashable, Sendable {
    case text(String)
    case bytes([UInt8])
  }

  /// A name with one value.
  public struct Entry: Hashable, Sendable {
    /// Lower-case.
    public let name: String
    /// As it was given.
    public let value: Value

    /// An entry; the name has to be lower-case.
    public init(name: String, value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// All entries, in order.
  public private(set) var entries: [Entry] = []

  /// No metadata.
  public init() {}

  /// Whether there is none.
  public var isEmpty: Bool { entries.isEmpty }

  /// Adds a text value. `name` is lower-cased.
  public mutating func add(_ name: String, _ value: String) {
    entries.append(Entry(name: name.lowercased(), value: .text(value)))
  }

  /// Adds a binary value. `name` is lower-cased and has to end in `-bin`.
  public mutating func add(_ name: String, bytes: [UInt8]) {
    precondition(name.hasSuffix("-bin"), "binary metadata names end in -bin")
    entries.append(Entry(name: name.lowercased(), value: .bytes(bytes)))
  }

  /// Replaces every value of `name` by one.
  public mutating func set(_ name: String, _ value: String) {
    remove(name)
    add(name, value)
  }

  /// Removes every value of a name.
  public mutating func remove(_ name: String) {
    let name = name.lowercased()
    entries.removeAll { $0.name == name }
  }

  /// Adds the entries of another one behind these.
  public mutating func append(contentsOf other: Metadata) { entries += other.entries }

  /// The first text value of a lower-case name.
  public subscript(_ name: String) -> String? {
    for entry in entries where entry.name == name {
      if case .text(let value) = entry.value { return value }
    }
    return nil
  }

  /// The first binary value of a lower-case name.
  public func bytes(_ name: String) -> [UInt8]? {
    for entry in entries where entry.name == name {
      if case .bytes(let value) = entry.value { return value }
    }
    return nil
  }

  /// All text values of a lower-case name, in order.
  public func all(_ name: String) -> [String] {
    entries.compactMap { entry in
      guard entry.name == name, case .text(let value) = entry.value else { return nil }
      return value
    }
  }
}
