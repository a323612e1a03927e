/// Finds what a client built on the protos before would no longer find in those after.
///
/// Names are part of the contract too: JSON and generated code carry them.
struct BreakingCheck {
  private let before: Schema
  private let after: Schema

  init(before: Schema, after: Schema) {
    self.before = before
    self.after = after
  }

  /// One sentence per break, sorted; empty when nothing breaks.
  func complaints() -> [String] {
    var result: [String] = []
    for file in before.files where !file.isMeta {
      for message in file.allMessages where !message.isMapEntry {
        guard let now = after.messages[message.fullName] else {
          result.append("message \(message.fullName) was removed; keep it, deprecated if need be.")
          continue
        }
        for field in message.fields { compare(field, message, now, &result) }
      }
      for type in file.allEnums { compare(type, &result) }
      for service in file.services { compare(service, &result) }
    }
    return result.sorted()
  }

  private func compare(
    _ field: Field, _ message: MessageType, _ now: MessageType, _ result: inout [String]
  ) {
    let name = "field \(message.fullName).\(field.name)"
    guard let new = now.field(field.number) else {
      if let moved = now.fields.first(where: { $0.name == field.name }) {
        result.append(
          "\(name) got number \(moved.number) instead of \(field.number); numbers stay.")
      } else if !now.reservedNumbers.contains(where: { $0.contains(field.number) }) {
        result.append(
          "\(name) was removed; keep it deprecated, or write `reserved \(field.number);` once no "
            + "client uses it.")
      } else {
        result.append("\(name) was removed; clients that still use it would break.")
      }
      return
    }
    if new.name != field.name {
      result.append("\(name) was renamed to \(new.name); JSON clients know it by its name.")
    }
    if new.kind != field.kind {
      result.append("\(name) changed its type from \(text(field.kind)) to \(text(new.kind)).")
    }
    if new.isRepeated != field.isRepeated {
      result.append("\(name) changed between single and repeated.")
    }
    if new.isOptional != field.isOptional {
      result.append("\(name) changed its presence (`optional`).")
    }
    let oneof = field.oneof.map { message.oneofs[$0].name }
    let newOneof = new.oneof.map { now.oneofs[$0].name }
    if oneof != newOneof {
      result.append("\(name) moved from \(oneof ?? "no oneof") to \(newOneof ?? "no oneof").")
    }
  }

  private func compare(_ type: EnumType, _ result: inout [String]) {
    guard let now = after.enums[type.fullName] else {
      result.append("enum \(type.fullName) was removed; keep it, deprecated if need be.")
      return
    }
    for value in type.values {
      guard let new = now.values.first(where: { $0.name == value.name }) else {
        result.append("enum value \(type.fullName).\(value.name) was removed; keep it.")
        continue
      }
      if new.number != value.number {
        result.append(
          "enum value \(type.fullName).\(value.name) got number \(new.number) instead of "
            + "\(value.number); numbers stay.")
      }
    }
  }

  private func compare(_ service: Service, _ result: inout [String]) {
    let services = after.files.flatMap(\.services)
    guard let now = services.first(where: { $0.fullName == service.fullName }) else {
      result.append("service \(service.fullName) was removed; keep it.")
      return
    }
    for method in service.methods {
      let name = "method \(service.fullName).\(method.name)"
      guard let new = now.methods.first(where: { $0.name == method.name }) else {
        result.append("\(name) was removed; keep it.")
        continue
      }
      if new.input != method.input {
        result.append("\(name) changed its request from \(method.input) to \(new.input).")
      }
      if new.output != method.output {
        result.append("\(name) changed its response from \(method.output) to \(new.output).")
      }
      if (new.clientStreams, new.serverStreams) != (method.clientStreams, method.serverStreams) {
        result.append("\(name) changed what it streams.")
      }
      if method.idempotency != .unknown, new.idempotency == .unknown {
        result.append(
          "\(name) is no longer safe to send again; clients that retry would do it twice.")
      }
    }
  }

  private func text(_ kind: FieldKind) -> String {
    switch kind {
    case .message(let name), .enumeration(let name): name
    default: "\(kind)"
    }
  }
}
