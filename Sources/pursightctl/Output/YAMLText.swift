internal import PurSightJSON

/// JSON values as YAML in block style.
enum YAMLText {
  static func text(_ value: JSONValue) -> String {
    var lines: [String] = []
    write(value, indent: 0, &lines)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func write(_ value: JSONValue, indent: Int, _ lines: inout [String]) {
    let blanks = String(repeating: " ", count: indent)
    switch value {
    case .object(let members) where !members.isEmpty:
      for member in members {
        append(blanks + scalar(member.key) + ":", member.value, indent: indent, &lines)
      }
    case .array(let elements) where !elements.isEmpty:
      for element in elements {
        var inner: [String] = []
        write(element, indent: indent + 2, &inner)
        // The first line of the element follows the dash.
        lines.append(blanks + "- " + String((inner.first ?? "").dropFirst(indent + 2)))
        lines += inner.dropFirst()
      }
    default: lines.append(blanks + inline(value))
    }
  }

  private static func append(
    _ key: String, _ value: JSONValue, indent: Int, _ lines: inout [String]
  ) {
    switch value {
    case .object(let members) where !members.isEmpty:
      lines.append(key)
      write(value, indent: indent + 2, &lines)
    case .array(let elements) where !elements.isEmpty:
      if let flow = flow(elements) { return lines.append(key + " " + flow) }
      lines.append(key)
      write(value, indent: indent + 2, &lines)
    case .string(let text) where isBlock(text):
      lines.append(key + (text.hasSuffix("\n") ? " |" : " |-"))
      let blanks = String(repeating: " ", count: indent + 2)
      let body = text.hasSuffix("\n") ? String(text.dropLast()) : text
      lines += body.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? "" : blanks + $0 }
    default: lines.append(key + " " + inline(value))
    }
  }

  /// Columns that a list on one line may take.
  private static let maxFlowWidth = 80

  /// A short list of scalars on one line.
  private static func flow(_ elements: [JSONValue]) -> String? {
    var parts: [String] = []
    for element in elements {
      switch element {
      case .object, .array: return nil
      case .string(let text): parts.append(text.contains(",") ? quoted(text) : scalar(text))
      default: parts.append(inline(element))
      }
    }
    let text = "[" + parts.joined(separator: ", ") + "]"
    return text.count <= maxFlowWidth ? text : nil
  }

  private static func inline(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let number): number.text
    case .string(let text): scalar(text)
    case .array: "[]"
    case .object: "{}"
    }
  }

  /// Text of several lines that reads the same in a literal block.
  private static func isBlock(_ text: String) -> Bool {
    guard text.contains("\n"), !text.hasSuffix("\n\n"), let first = text.first else { return false }
    return !first.isWhitespace
      && !text.unicodeScalars.contains {
        $0 != "\n" && ($0.properties.generalCategory == .control || $0 == "\u{feff}")
      }
      && !text.contains("\u{2028}") && !text.contains("\u{2029}") && !text.contains("\u{85}")
  }

  /// A text as it is where YAML 1.1 and 1.2 both read it as that text; else in quotes.
  private static func scalar(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

  /// In double quotes, as JSON has it; what only YAML takes for a line break is escaped, too.
  private static func quoted(_ text: String) -> String {
    var result = ""
    for scalar in JSONText.text(.string(text)).unicodeScalars {
      switch scalar.value {
      case 0x7f...0x9f, 0x2028, 0x2029, 0xfeff:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, isLetter(first), !text.hasSuffix(" "),
      !words.contains(text.lowercased())
    else { return false }
    return text.unicodeScalars.allSatisfy {
      isLetter($0) || ("0"..."9").contains($0) || " _-./@+%'()".unicodeScalars.contains($0)
    }
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }

  /// Words that some reader of YAML takes for something else than text.
  private static let words: Set<String> = [
    "true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf",
  ]
}
