/// A column's name, type and whether it may hold nulls (Schema.fbs, `Field`).
package struct ArrowField: Sendable, Hashable {
  package let name: String
  package let type: ArrowType
  package let nullable: Bool
  /// Custom metadata in its order; a key may appear once.
  package let metadata: [ArrowMetadata]

  package init(
    _ name: String, _ type: ArrowType, nullable: Bool = true, metadata: [ArrowMetadata] = []
  ) {
    self.name = name
    self.type = type
    self.nullable = nullable
    self.metadata = metadata
  }
}

/// One entry of custom metadata (Schema.fbs, `KeyValue`).
package struct ArrowMetadata: Sendable, Hashable {
  package let key: String
  package let value: String

  package init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }
}

/// The columns of a record batch by name and type, in order (Schema.fbs, `Schema`).
package struct ArrowSchema: Sendable, Hashable {
  package let fields: [ArrowField]
  package let metadata: [ArrowMetadata]

  package init(_ fields: [ArrowField], metadata: [ArrowMetadata] = []) {
    self.fields = fields
    self.metadata = metadata
  }

  /// Returns the position of the first field with this name, or nil.
  package func index(of name: String) -> Int? {
    fields.firstIndex { $0.name == name }
  }

  /// Returns the schema of the named columns, in the order asked for.
  ///
  /// - Throws: `schemaMismatch` naming a column that is not there.
  package func selecting(_ names: [String]) throws(ArrowError) -> ArrowSchema {
    ArrowSchema(try indices(of: names).map { fields[$0] }, metadata: metadata)
  }

  /// Returns the positions of the named columns, in the order asked for.
  ///
  /// - Throws: `schemaMismatch` naming a column that is not there.
  package func indices(of names: [String]) throws(ArrowError) -> [Int] {
    var positions: [Int] = []
    positions.reserveCapacity(names.count)
    for name in names {
      guard let position = index(of: name) else {
        let known = fields.prefix(20).map(\.name).joined(separator: ", ")
        throw ArrowError(
          .schemaMismatch, "there is no such column; the columns are: \(known)", column: name)
      }
      positions.append(position)
    }
    return positions
  }
}
