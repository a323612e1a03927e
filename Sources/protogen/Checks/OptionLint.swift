/// Demands of an `options.proto` that its numbers are those protogen reads.
struct OptionLint {
  private let schema: Schema

  init(_ schema: Schema) { self.schema = schema }

  func complaints() -> [String] {
    guard let file = schema.files.first(where: { !$0.extensions.isEmpty && $0.isMeta }) else {
      return []
    }
    var result: [String] = []
    for option in OwnOption.expected {
      let isThere = file.extensions.contains {
        $0.extendee == option.extendee && $0.name == option.name && $0.number == option.number
      }
      if !isThere {
        result.append(
          "\(file.name): protogen knows the option \(option.name) as number \(option.number) of "
            + "\(option.extendee); change OwnOptions.swift together with the file.")
      }
    }
    for field in OwnOption.expectedFields {
      let message = file.messages.first { $0.name == field.message }
      if message?.field(field.number)?.name != field.field {
        result.append(
          "\(file.name): protogen knows \(field.message).\(field.field) as number \(field.number); "
            + "change OwnOptions.swift together with the file.")
      }
    }
    return result
  }
}
