/// How a piece of text stands out on a terminal. ECMA-48 "select graphic rendition".
enum TextStyle: Int {
  case plain = 0
  case bold = 1
  case dim = 2
  case red = 31
  case green = 32
  case yellow = 33
  case cyan = 36
}

/// Colours text, or leaves it as it is.
struct Painter {
  let isOn: Bool

  func paint(_ text: String, _ style: TextStyle) -> String {
    isOn && style != .plain ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
  }
}
