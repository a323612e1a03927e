package import PurSightRPC

/// The JSON form of methods' messages by the proto3 mapping, from the methods' descriptors.
package struct ProtoMethodJSON: MethodJSON {
  /// What goes into a method and what comes out, by full name.
  private struct Types {
    let input: String
    let output: String
  }

  private let schema: ProtoSchema
  private let mapping: ProtoJSON
  /// By path, such as `/pursight.v1.CatalogService/GetAsset`.
  private var methods: [String: Types] = [:]

  /// The mapping for the services of `tables`, which were encoded by protoc.
  package init(_ tables: [DescriptorTable] = [APIDescriptors.all]) {
    schema = ProtoSchema(tables)
    mapping = ProtoJSON(schema)
    for table in tables {
      for file in table.files { load(file.bytes) }
    }
  }

  /// Reads the services of a `FileDescriptorProto`. Source: google/protobuf/descriptor.proto.
  private mutating func load(_ file: [UInt8]) {
    var package = ""
    for field in WireFields(file) where field.number == 2 { package = field.content.text + "." }
    for service in WireFields(file) where service.number == 6 {
      var name = ""
      for field in WireFields(service.content) where field.number == 1 { name = field.content.text }
      for method in WireFields(service.content) where method.number == 2 {
        var texts: [UInt32: String] = [:]
        for field in WireFields(method.content) { texts[field.number] = field.content.text }
        let types = Types(
          input: String((texts[2] ?? "").drop { $0 == "." }),
          output: String((texts[3] ?? "").drop { $0 == "." }))
        methods["/\(package)\(name)/\(texts[1] ?? "")"] = types
      }
    }
  }

  package func covers(_ method: MethodInfo) -> Bool { methods[method.path] != nil }

  package func request(_ json: [UInt8], of method: MethodInfo) throws(RPCError) -> [UInt8] {
    try mapping.encodedMessage(json, type: types(of: method).input)
  }

  package func response(_ message: [UInt8], of method: MethodInfo) throws(RPCError) -> [UInt8] {
    try Array(mapping.text(of: message, type: types(of: method).output).utf8)
  }

  package func detail(_ detail: RPCError.Detail) -> [UInt8]? {
    guard schema.messages[detail.typeName] != nil else { return nil }
    return (try? mapping.text(of: detail.value, type: detail.typeName)).map { Array($0.utf8) }
  }

  private func types(of method: MethodInfo) throws(RPCError) -> Types {
    guard let types = methods[method.path] else {
      throw RPCError(.internal, "There is no descriptor of \(method.path), so it has no JSON form.")
    }
    return types
  }
}
