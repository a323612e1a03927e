internal import PurSightJSON

/// A failure as it is printed on standard error.
enum ErrorReport {
  /// `error: …` and `hint: …` for people.
  static func text(_ failure: Failure, _ painter: Painter) -> String {
    var lines = [painter.paint("error:", .red) + " " + failure.message]
    if failure.fields.count > 1 {
      lines += failure.fields.map { "  \($0.path): \($0.message)" }
    }
    if let hint = failure.hint { lines.append(painter.paint("hint:", .cyan) + " " + hint) }
    if let id = failure.requestID, failure.isServersFault { lines.append("request: \(id)") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One JSON object on a line for programs.
  static func json(_ failure: Failure) -> String {
    var json = JSONWriter(.compact)
    json.beginObject()
    json.key("code")
    json.string(failure.code)
    json.key("message")
    json.string(failure.message)
    if let hint = failure.hint {
      json.key("hint")
      json.string(hint)
    }
    if !failure.reason.isEmpty {
      json.key("reason")
      json.string(failure.reason)
    }
    if !failure.metadata.isEmpty {
      json.key("metadata")
      json.beginObject()
      for (key, value) in failure.metadata.sorted(by: { $0.key < $1.key }) {
        json.key(key)
        json.string(value)
      }
      json.endObject()
    }
    if !failure.fields.isEmpty {
      json.key("fields")
      json.beginArray()
      for field in failure.fields {
        json.beginObject()
        json.key("field")
        json.string(field.path)
        json.key("message")
        json.string(field.message)
        json.endObject()
      }
      json.endArray()
    }
    if let id = failure.requestID {
      json.key("requestId")
      json.string(id)
    }
    json.key("exitCode")
    json.integer(failure.status.number)
    json.endObject()
    return json.string + "\n"
  }
}

extension Failure {
  /// Whether one would look the call up in the server's log.
  var isServersFault: Bool { ["INTERNAL", "UNKNOWN", "DATA_LOSS"].contains(code) }
}
