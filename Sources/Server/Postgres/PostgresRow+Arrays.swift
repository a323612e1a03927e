/// Arrays of one dimension without nulls; anything else is a `decoding` error.
extension PostgresRow {
  package func boolArray(_ column: Int) throws(PostgresError) -> [Bool] {
    unsafe try array(column, of: .bool) { field in
      field.count == 1 ? unsafe field[0] != 0 : nil
    }
  }

  package func int32Array(_ column: Int) throws(PostgresError) -> [Int32] {
    unsafe try array(column, of: .int4) { field in
      field.count == 4 ? unsafe Int32(bigEndian: field.loadUnaligned(as: Int32.self)) : nil
    }
  }

  package func int64Array(_ column: Int) throws(PostgresError) -> [Int64] {
    unsafe try array(column, of: .int8) { field in
      field.count == 8 ? unsafe Int64(bigEndian: field.loadUnaligned(as: Int64.self)) : nil
    }
  }

  package func doubleArray(_ column: Int) throws(PostgresError) -> [Double] {
    unsafe try array(column, of: .float8) { field in
      field.count == 8
        ? unsafe Double(bitPattern: UInt64(bigEndian: field.loadUnaligned(as: UInt64.self))) : nil
    }
  }

  package func stringArray(_ column: Int) throws(PostgresError) -> [String] {
    unsafe try array(column, of: .text) { field in unsafe String(validating: field, as: UTF8.self) }
  }

  package func bytesArray(_ column: Int) throws(PostgresError) -> [[UInt8]] {
    unsafe try array(column, of: .bytes) { field in unsafe Array(field) }
  }

  package func uuidArray(_ column: Int) throws(PostgresError) -> [PostgresUUID] {
    unsafe try array(column, of: .uuid) { field in unsafe PostgresUUID(field: field) }
  }

  /// Walks the array's binary form: see `PostgresEncoder.appendArray`.
  private func array<Element>(
    _ column: Int, of type: PostgresType, _ decode: (UnsafeRawBufferPointer) -> Element?
  ) throws(PostgresError) -> [Element] {
    let field = unsafe try field(column)
    let wanted = "an array of \(type)"
    func integer(at offset: Int) throws(PostgresError) -> Int {
      guard offset + 4 <= field.count else { throw wrong(column, wanted) }
      return Int(
        unsafe Int32(bigEndian: field.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
    }
    let dimensions = try integer(at: 0)
    guard try integer(at: 8) == Int(type.rawValue), dimensions <= 1 else {
      throw wrong(column, wanted)
    }
    if dimensions == 0 { return [] }
    let count = try integer(at: 12)
    guard count >= 0, count <= field.count / 4 else { throw wrong(column, wanted) }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    var offset = 20
    for _ in 0..<count {
      let length = try integer(at: offset)
      offset += 4
      guard length >= 0, offset + length <= field.count else {
        throw wrong(column, wanted, holds: "one with a null")
      }
      let bytes = unsafe UnsafeRawBufferPointer(rebasing: field[offset..<offset + length])
      guard let element = unsafe decode(bytes) else { throw wrong(column, wanted) }
      elements.append(element)
      offset += length
    }
    return elements
  }
}
