/// Renders `validate()` of what the `rule` options say.
struct RuleRenderer {
  private let renderer: Renderer
  /// Messages with rules of their own or below them.
  private let ruled: Set<String>

  init(_ renderer: Renderer) {
    self.renderer = renderer
    var ruled: Set<String> = []
    var hasGrown = true
    while hasGrown {
      hasGrown = false
      for (name, message) in renderer.schema.messages where !ruled.contains(name) {
        let isRuled = message.fields.contains { field in
          if !field.rule.isEmpty { return true }
          if case .message(let inner) = field.kind {
            return ruled.contains(Self.element(inner, renderer.schema))
          }
          return false
        }
        if isRuled {
          ruled.insert(name)
          hasGrown = true
        }
      }
    }
    self.ruled = ruled
  }

  /// The message type of a map's values; of anything else the type itself.
  private static func element(_ name: String, _ schema: Schema) -> String {
    guard let entry = schema.messages[name], entry.isMapEntry, let value = entry.field(2),
      case .message(let inner) = value.kind
    else { return name }
    return inner
  }

  func hasRules(_ name: String) -> Bool {
    ruled.contains(name) && renderer.schema.messages[name]?.isMapEntry == false
  }

  func render(_ message: MessageType, _ text: inout SourceText) {
    text.block("extension \(renderer.names.type(message.fullName)): ValidatedMessage") { text in
      text.block("public func check(_ violations: inout FieldViolations)") { text in
        for field in message.fields { render(field, message, &text) }
      }
    }
  }

  private func render(_ field: Field, _ message: MessageType, _ text: inout SourceText) {
    switch renderer.shape(field) {
    case .single: renderCalls(field, SwiftNames.member(field.name), &text)
    case .list, .map: renderList(field, &text)
    case .optional: renderOptional(field, SwiftNames.member(field.name), &text)
    case .member(_, let oneof):
      let calls = calls(field, "value", isPresent: true)
      guard !calls.isEmpty || isRuled(field) else { return }
      let member = SwiftNames.member(message.oneofs[oneof].name)
      text.block("if case .\(SwiftNames.member(field.name))(let value)? = \(member)") { text in
        text.lines(calls)
        if isRuled(field) { renderInner(field, "value", &text) }
      }
    }
  }

  private func renderOptional(_ field: Field, _ member: String, _ text: inout SourceText) {
    if field.rule.isRequired {
      text.line("violations.require(\(member) != nil, \"\(field.name)\")")
    }
    let calls = calls(field, "value", isPresent: true)
    guard !calls.isEmpty || isRuled(field) else { return }
    text.block("if let value = \(member)") { text in
      text.lines(calls)
      if isRuled(field) { renderInner(field, "value", &text) }
    }
  }

  private func renderList(_ field: Field, _ text: inout SourceText) {
    let member = SwiftNames.member(field.name)
    if field.rule.isRequired {
      text.line("violations.require(!\(member).isEmpty, \"\(field.name)\")")
    }
    if field.rule.maxLength > 0 {
      text.line(
        "violations.maxElements(\(member).count, \(field.rule.maxLength), \"\(field.name)\")")
    }
    guard isRuled(field) else { return }
    if case .map = renderer.shape(field) {
      text.block("for (key, value) in \(member).sorted(by: { $0.key < $1.key })") { text in
        text.line("violations.inside(\"\(field.name)\", key: \"\\(key)\") { value.check(&$0) }")
      }
    } else {
      text.block("for (index, value) in \(member).enumerated()") { text in
        text.line("violations.inside(\"\(field.name)\", index: index) { value.check(&$0) }")
      }
    }
  }

  private func renderInner(_ field: Field, _ value: String, _ text: inout SourceText) {
    text.line("violations.inside(\"\(field.name)\") { \(value).check(&$0) }")
  }

  private func isRuled(_ field: Field) -> Bool {
    guard case .message(let name) = field.kind else { return false }
    return ruled.contains(Self.element(name, renderer.schema))
  }

  private func renderCalls(_ field: Field, _ value: String, _ text: inout SourceText) {
    text.lines(calls(field, value, isPresent: false))
  }

  /// The checks of one value. A value with presence is there, so zero and empty are what was meant.
  private func calls(_ field: Field, _ value: String, isPresent: Bool) -> [String] {
    let rule = field.rule
    var result: [String] = []
    if rule.isRequired, !isPresent {
      result.append("violations.require(\(isSet(field, value)), \"\(field.name)\")")
    }
    if rule.maxLength > 0 {
      let unit = field.kind == .bytes ? "maxBytes" : "maxCharacters"
      result.append("violations.\(unit)(\(value), \(rule.maxLength), \"\(field.name)\")")
    }
    if rule.minimum != nil || rule.maximum != nil {
      let low = rule.minimum.map { "\($0)" } ?? "nil"
      let high = rule.maximum.map { "\($0)" } ?? "nil"
      result.append("violations.range(Double(\(value)), \(low), \(high), \"\(field.name)\")")
    }
    if !rule.format.isEmpty {
      result.append(
        "violations.format(\(value), .\(SwiftNames.plainMember(rule.format)), \"\(field.name)\")")
    }
    return result
  }

  private func isSet(_ field: Field, _ value: String) -> String {
    switch field.kind {
    case .string, .bytes: "!\(value).isEmpty"
    case .bool: value
    case .enumeration: "\(value).rawValue != 0"
    default: "\(value) != 0"
    }
  }
}
