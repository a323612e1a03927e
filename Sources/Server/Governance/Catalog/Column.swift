/// The type of a column's values. Numbers as in the API's `ColumnType`.
package enum ColumnType: Int16, CaseIterable, Sendable {
  case bool = 1
  case int8 = 2
  case int16 = 3
  case int32 = 4
  case int64 = 5
  case uint8 = 6
  case uint16 = 7
  case uint32 = 8
  case uint64 = 9
  case float32 = 10
  case float64 = 11
  case decimal128 = 12
  case string = 13
  case bytes = 14
  case date = 15
  case time = 16
  case timestamp = 17
  case duration = 18

  /// The word by which people and files know it.
  package var word: String { String(describing: self) }

  /// Whether every value of `narrower` is a value of this type, unchanged.
  package func widens(_ narrower: ColumnType) -> Bool {
    switch (narrower, self) {
    case (.int8, .int16), (.int8, .int32), (.int8, .int64), (.int16, .int32), (.int16, .int64),
      (.int32, .int64), (.uint8, .uint16), (.uint8, .uint32), (.uint8, .uint64),
      (.uint16, .uint32), (.uint16, .uint64), (.uint32, .uint64), (.uint8, .int16),
      (.uint8, .int32), (.uint8, .int64), (.uint16, .int32), (.uint16, .int64), (.uint32, .int64),
      (.float32, .float64), (.int8, .float64), (.int16, .float64), (.int32, .float64):
      true
    default: narrower == self
    }
  }
}

/// One column of a schema version.
package struct Column: Hashable, Sendable {
  /// Never reused inside an asset; survives renaming. From 1; 0: not given yet.
  package var id: Int32
  package var name: String
  package var type: ColumnType
  package var isNullable: Bool
  package var precision: Int32
  package var scale: Int32
  /// The type's name where the data came from; empty when it is ours.
  package var nativeType: String
  /// Position in the declared key, from 1; 0: not part of it.
  package var keyOrdinal: Int32

  package init(
    id: Int32 = 0, name: String, type: ColumnType, isNullable: Bool = true, precision: Int32 = 0,
    scale: Int32 = 0, nativeType: String = "", keyOrdinal: Int32 = 0
  ) {
    self.id = id
    self.name = name
    self.type = type
    self.isNullable = isNullable
    self.precision = precision
    self.scale = scale
    self.nativeType = nativeType
    self.keyOrdinal = keyOrdinal
  }
}
