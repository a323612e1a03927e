/// A lexical element of an expression.
struct Token: Equatable {
  enum Kind: Equatable {
    /// A bare or quoted name; a dotted path is one name.
    case name(String, isQuoted: Bool)
    case keyword(Keyword)
    case parameter(String)
    /// Digits only; the sign is an operator.
    case integer(UInt64)
    case double(Double)
    case string(String)
    case symbol(Symbol)
    case end
  }

  enum Keyword: String, CaseIterable {
    case and, or, not, `in`, between, like, matches, `is`, null
    case `true`, `false`, `case`, when, then, `else`, end
  }

  enum Symbol: String {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case plus = "+"
    case minus = "-"
    case star = "*"
    case slash = "/"
    case percent = "%"
    case leftParenthesis = "("
    case rightParenthesis = ")"
    case leftBracket = "["
    case rightBracket = "]"
    case comma = ","
  }

  var kind: Kind
  /// Byte offset of the first byte.
  var offset: Int

  /// The token as an error message shows it.
  var text: String {
    switch kind {
    case .name(let name, _): "\"\(name)\""
    case .keyword(let keyword): "\"\(keyword.rawValue)\""
    case .parameter(let name): "\"@\(name)\""
    case .integer(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string: "a string"
    case .symbol(let symbol): "\"\(symbol.rawValue)\""
    case .end: "the end"
    }
  }
}
