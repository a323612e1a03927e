/// The types of PostgreSQL that are encoded and decoded here; the raw value is the type's OID.
///
/// From PostgreSQL's `catalog/pg_type.dat`; these numbers never change.
package enum PostgresType: UInt32, Sendable, Hashable {
  case bool = 16
  case bytes = 17
  case character = 18
  case name = 19
  case int8 = 20
  case int2 = 21
  case int4 = 23
  case text = 25
  case oid = 26
  case json = 114
  case float4 = 700
  case float8 = 701
  case unknown = 705
  case boolArray = 1000
  case bytesArray = 1001
  case int2Array = 1005
  case int4Array = 1007
  case textArray = 1009
  case int8Array = 1016
  case float8Array = 1022
  case blankPaddedText = 1042
  case varyingText = 1043
  case timestamp = 1184
  case uuid = 2950
  case uuidArray = 2951
  case jsonb = 3802
}
