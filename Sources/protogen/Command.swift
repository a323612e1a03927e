/// One run of protogen, as the command line asks for it.
struct Command {
  static let usage = """
    usage: protogen patch  --descriptors SET --to SET
           protogen render --descriptors SET --c-module NAME --descriptors-name NAME
                           --swift-to FOLDER --c-to FOLDER [--swift-import MODULE]...
                           [--lint PACKAGE]...
           protogen check  --before SET --after SET
           protogen strip  --descriptors SET --to SET
    """

  private let verb: String
  private var values: [String: [String]] = [:]

  init(_ arguments: [String]) throws(ProtogenError) {
    guard let verb = arguments.first else { throw ProtogenError(.usage, Self.usage) }
    self.verb = verb
    var rest = arguments.dropFirst()
    while let flag = rest.popFirst() {
      guard flag.hasPrefix("--"), let value = rest.popFirst() else {
        throw ProtogenError(.usage, "\(flag) wants a value.\n\(Self.usage)")
      }
      values[String(flag.dropFirst(2)), default: []].append(value)
    }
  }

  func run() throws(ProtogenError) {
    switch verb {
    case "patch": try patch()
    case "render": try render()
    case "check": try check()
    case "strip": try strip()
    default: throw ProtogenError(.usage, "There is no command \(verb).\n\(Self.usage)")
    }
  }

  private func value(_ name: String) throws(ProtogenError) -> String {
    guard let value = values[name]?.last else {
      throw ProtogenError(.usage, "--\(name) is missing.\n\(Self.usage)")
    }
    return value
  }

  private func set(_ name: String) throws(ProtogenError) -> WireMessage {
    try WireMessage(FileIO.read(value(name)))
  }

  /// Writes the set that protoc-gen-c reads.
  private func patch() throws(ProtogenError) {
    var set = try set("descriptors")
    let schema = try SchemaLoader.load(set, name: value("descriptors"))
    try CPatch.apply(&set, meta: Set(schema.files.filter(\.isMeta).map(\.name)))
    try FileIO.write(value("to"), set.encoded())
  }

  /// Writes the set without comments: what is committed and compared.
  private func strip() throws(ProtogenError) {
    try FileIO.write(value("to"), stripped(set("descriptors")).encoded())
  }

  /// Comments and positions are left out: clients that ask by reflection have no use for them.
  private func stripped(_ set: WireMessage) throws(ProtogenError) -> WireMessage {
    var set = set
    try set.update(DescriptorTag.FileSet.file) { (file, _) throws(ProtogenError) in
      file.remove(DescriptorTag.File.sourceInfo)
    }
    return set
  }

  /// Lints, then writes Swift and the C around what protoc-gen-c makes.
  private func render() throws(ProtogenError) {
    let set = try set("descriptors")
    let schema = try SchemaLoader.load(set, name: value("descriptors"))
    let complaints = Lint(schema, ownPackages: values["lint"] ?? []).complaints()
    guard complaints.isEmpty else {
      throw ProtogenError(.lint, complaints.joined(separator: "\nprotogen: "))
    }
    let renderer = Renderer(
      schema,
      RenderOptions(
        cModule: try value("c-module"), swiftImports: values["swift-import"] ?? [],
        descriptorsName: try value("descriptors-name")))
    let descriptors = try stripped(set).messages(DescriptorTag.FileSet.file).map { file in
      (name: file.text(DescriptorTag.File.name), bytes: file.encoded())
    }
    let swiftFolder = try value("swift-to")
    let cFolder = try value("c-to")
    for file in renderer.swiftFiles() {
      try FileIO.write(swiftFolder + "/" + file.path, file.content)
    }
    for file in renderer.descriptorSources(descriptors) {
      try FileIO.write(cFolder + "/" + file.path, file.content)
    }
  }

  /// Refuses changes that break a client of the protos before.
  private func check() throws(ProtogenError) {
    let before = try SchemaLoader.load(set("before"), name: value("before"))
    let after = try SchemaLoader.load(set("after"), name: value("after"))
    let complaints = BreakingCheck(before: before, after: after).complaints()
    guard complaints.isEmpty else {
      throw ProtogenError(.breaking, complaints.joined(separator: "\nprotogen: "))
    }
  }
}
