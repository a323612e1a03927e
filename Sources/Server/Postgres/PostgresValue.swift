/// A value that is sent to PostgreSQL, in its binary form and with its type.
package enum PostgresValue: Hashable, Sendable {
  case null(PostgresType)
  case bool(Bool)
  case int2(Int16)
  case int4(Int32)
  case int8(Int64)
  case float8(Double)
  /// May hold no NUL, which PostgreSQL cannot store; that is refused before anything is sent.
  case text(String)
  case bytes([UInt8])
  case uuid(PostgresUUID)
  case timestamp(PostgresTimestamp)
  case json(PostgresJSON)
  case boolArray([Bool])
  case int4Array([Int32])
  case int8Array([Int64])
  case float8Array([Double])
  case textArray([String])
  case bytesArray([[UInt8]])
  case uuidArray([PostgresUUID])

  /// The type that is sent with the value.
  package var type: PostgresType {
    switch self {
    case .null(let type): type
    case .bool: .bool
    case .int2: .int2
    case .int4: .int4
    case .int8: .int8
    case .float8: .float8
    case .text: .text
    case .bytes: .bytes
    case .uuid: .uuid
    case .timestamp: .timestamp
    case .json: .jsonb
    case .boolArray: .boolArray
    case .int4Array: .int4Array
    case .int8Array: .int8Array
    case .float8Array: .float8Array
    case .textArray: .textArray
    case .bytesArray: .bytesArray
    case .uuidArray: .uuidArray
    }
  }
}
