internal import PurSightJSON
public import PurSightRPC

/// The proto3 JSON mapping, both ways.
///
/// Works on encoded messages with the tables of a `ProtoSchema`, so one implementation serves every
/// message. Source: Protocol Buffers, "ProtoJSON Format".
public struct ProtoJSON: Sendable {
  /// How messages are written.
  public struct Options: Sendable {
    /// Names as the proto has them instead of lowerCamelCase.
    public var usesProtoNames = false
    /// Writes fields without presence even where they are zero or empty.
    public var writesDefaults = false
    /// A line per element, two blanks per level.
    public var isIndented = false

    /// The canonical form on one line.
    public init() {}
  }

  private let schema: ProtoSchema

  /// The mapping for the messages of `schema`.
  public init(_ schema: ProtoSchema = .api) { self.schema = schema }

  /// A message as JSON text.
  /// - Throws: `INTERNAL` where the schema does not know the message's type, `INVALID_ARGUMENT`
  ///   where a timestamp or duration is out of its range.
  public func text(
    of message: some RPCMessage, _ options: Options = Options()
  ) throws(RPCError) -> String {
    try text(of: message.serialized(), type: type(of: message).protoName, options)
  }

  /// An encoded message of a type known by its full name as JSON text.
  public func text(
    of bytes: [UInt8], type: String, _ options: Options = Options()
  ) throws(RPCError) -> String {
    var encoder = ProtoJSONEncoder(schema, options)
    try encoder.message(bytes[...], type: type)
    return encoder.text
  }

  /// A message from JSON text.
  /// - Throws: `INVALID_ARGUMENT` that says what is wrong and at which byte.
  public func message<Message: RPCMessage>(
    _ json: [UInt8], as type: Message.Type = Message.self
  ) throws(RPCError) -> Message {
    try Message(serialized: encodedMessage(json, type: Message.protoName))
  }

  /// The encoded message of a type known by its full name from JSON text.
  /// - Throws: `INVALID_ARGUMENT` that says what is wrong and at which byte, with a
  ///   `google.rpc.BadRequest` that names the field.
  public func encodedMessage(_ json: [UInt8], type: String) throws(RPCError) -> [UInt8] {
    var decoder: ProtoJSONDecoder
    do throws(JSONError) { decoder = try ProtoJSONDecoder(schema, json) } catch {
      throw Self.fault(error, at: "", type)
    }
    do throws(JSONError) { return try decoder.decode(type: type) } catch {
      throw Self.fault(error, at: decoder.path, type)
    }
  }

  private static func fault(_ error: JSONError, at field: String, _ type: String) -> RPCError {
    var fault = RPCError(.invalidArgument, "The JSON is not a \(type): \(error.message).")
    if !field.isEmpty {
      let violation = BadRequest.FieldViolation(field: field, description: error.reason + ".")
      let details = BadRequest(fieldViolations: [violation])
      fault.details = [.init(typeName: BadRequest.protoName, value: details.serialized())]
    }
    return fault
  }
}
