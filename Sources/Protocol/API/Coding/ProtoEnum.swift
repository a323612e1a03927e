/// A protobuf enum: open, so that a value this build does not know survives.
public protocol ProtoEnum: RawRepresentable<Int32>, Hashable, Sendable, CaseIterable,
  CustomStringConvertible
{
  /// Full protobuf name, such as `pursight.v1.AssetKind`.
  static var protoName: String { get }
  /// Number and name of every known value, in the order of the proto.
  static var names: [(Int32, String)] { get }

  init(rawValue: Int32)
}

extension ProtoEnum {
  /// Every value this build knows.
  public static var allCases: [Self] { names.map { Self(rawValue: $0.0) } }

  /// The value of this name, such as `ASSET_KIND_FILE`; nil where there is none.
  public init?(name: String) {
    guard let found = Self.names.first(where: { $0.1 == name }) else { return nil }
    self.init(rawValue: found.0)
  }

  /// The name as the proto has it; nil for a value this build does not know.
  public var name: String? { Self.names.first { $0.0 == rawValue }?.1 }

  /// The name, or the number of a value without one.
  public var description: String { name ?? String(rawValue) }
}
