internal import PurSightCrypto
internal import PurSightFormats
internal import PurSightJSON
internal import PurSightRPC

/// The place in a file behind which a load goes on, and the proof that the file is still the same.
///
/// Kept by the server with every append, given back when the load is opened again.
struct ResumeToken: Sendable {
  /// The first row that was not sent, its line and byte.
  var position: SourcePosition
  /// SHA-256 over the file up to `position`, to be gone on with.
  var hash: SHA256
  /// SHA-256 of the Arrow schema that the file's head gave.
  var schema: SHA256Digest
  var plan: IngestPlan

  /// The most bytes that the server keeps.
  static let maxBytes = 4096
  private static let version: Int64 = 1

  var encoded: [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("v")
    json.integer(Self.version)
    json.key("byte")
    json.integer(position.byteOffset)
    json.key("line")
    json.integer(position.line)
    json.key("row")
    json.integer(position.row)
    json.key("hash")
    json.string(Base64.encode(hash.serializedState))
    json.key("schema")
    json.string(schema.hexadecimal)
    json.key("plan")
    plan.write(to: &json)
    json.endObject()
    return json.bytes
  }

  /// - Parameter options: What is not kept in the token.
  /// - Throws: `FAILED_PRECONDITION`, reason `RESUME_TOKEN`, for bytes that this client has not
  ///   made.
  init(_ bytes: [UInt8], _ options: IngestOptions) throws(PurSightError) {
    guard let json = try? JSONValue(parsing: bytes), json["v"]?.integer == Self.version,
      let byte = json["byte"]?.integer, let line = json["line"]?.integer,
      let row = json["row"]?.integer, byte >= 0, line >= 0, row >= 0,
      let state = json["hash"]?.text, let schema = json["schema"]?.text, let plan = json["plan"],
      let hash = try? SHA256(serializedState: Base64.decode(state)),
      let digest = try? SHA256Digest(hexadecimal: schema)
    else {
      throw PurSightError(
        .failedPrecondition,
        "The load's resume token is none of a file that this client can go on with.",
        reason: "RESUME_TOKEN", advice: "Load the file anew, under another id.")
    }
    position = SourcePosition(byteOffset: Int(byte), line: Int(line), row: Int(row))
    self.hash = hash
    self.schema = digest
    self.plan = try IngestPlan(plan, options)
  }

  init(position: SourcePosition, hash: SHA256, schema: SHA256Digest, plan: IngestPlan) {
    self.position = position
    self.hash = hash
    self.schema = schema
    self.plan = plan
  }
}
