/// Demands of every method of an own service that it says who may call it and what is audited.
struct PolicyLint {
  private let schema: Schema
  private let service: Service

  init(_ schema: Schema, _ service: Service) {
    self.schema = schema
    self.service = service
  }

  func complaints() -> [String] {
    service.methods.flatMap { method -> [String] in
      let name = "method \(service.fullName).\(method.name)"
      guard let policy = method.policy else {
        return [
          "\(name) has no policy; write `option (policy) = { permission: …, audit: …, "
            + "default_deadline_ms: … };`."
        ]
      }
      return faults(policy, of: method).map { "\(name) \($0)" }
    }
  }

  private func faults(_ policy: MethodPolicy, of method: Method) -> [String] {
    var result: [String] = []
    let words = policy.permission.split(separator: ".", omittingEmptySubsequences: false)
    let isWord = { (word: Substring) in
      !word.isEmpty
        && word.utf8.allSatisfy {
          $0 >= 0x61 && $0 <= 0x7a || $0 == 0x5f || $0 >= 0x41 && $0 <= 0x5a
        }
    }
    if words.count != 3 || !words.allSatisfy(isWord) {
      result.append("has the permission \"\(policy.permission)\"; write service.resources.verb.")
    }
    if policy.audit == .unspecified {
      result.append("does not say what is audited; write `audit: AUDIT_CLASS_…`.")
    }
    if policy.audit == .mutation, method.idempotency == .noSideEffects {
      result.append("is a mutation without side effects; drop one of the two.")
    }
    if policy.audit != .mutation, method.idempotency == .unknown, !method.clientStreams {
      result.append(
        "changes nothing but does not say so; write `option idempotency_level = NO_SIDE_EFFECTS;`.")
    }
    let deadline = policy.defaultDeadlineMilliseconds ?? 0
    if deadline < 0 || (deadline == 0 && !method.clientStreams && !method.serverStreams) {
      result.append("has no default deadline; write `default_deadline_ms: …`.")
    }
    if !policy.resourceField.isEmpty, !isText(path: policy.resourceField, of: method.input) {
      result.append(
        "names the resource field \(policy.resourceField), which is no text field of "
          + "\(method.input).")
    }
    let others = service.methods.filter { $0.input == method.input }
    if others.contains(where: { $0.policy?.resourceField != policy.resourceField }) {
      result.append("shares \(method.input) with a method that names another resource field.")
    }
    return result
  }

  /// Whether a dotted path leads through single messages to a single string.
  private func isText(path: String, of message: String) -> Bool {
    var type = message
    let parts = path.split(separator: ".")
    for (index, part) in parts.enumerated() {
      guard let field = schema.messages[type]?.fields.first(where: { $0.name == part }),
        !field.isRepeated, field.oneof == nil, !field.isOptional
      else { return false }
      if index == parts.count - 1 { return field.kind == .string }
      guard case .message(let inner) = field.kind else { return false }
      type = inner
    }
    return false
  }
}
