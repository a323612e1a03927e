internal import Synchronization

/// A statement and the values it is executed with.
///
/// A value in the string becomes a parameter, never text:
/// `"SELECT uid FROM asset WHERE fqn_key = \(key)"` is sent as `… = $1` with `key` beside it. Only
/// `identifier:`, `fragment:` and `trusted:` change the text, and say so.
package struct SQL: Sendable, Hashable, ExpressibleByStringInterpolation {
  /// The text with `$1`, `$2`, … for the parameters.
  package let text: String
  package let parameters: [PostgresValue]
  /// Whether connections keep the parsed statement, by its text.
  package private(set) var isPrepared = true
  /// The number of the `PostgresStatement` it was made of.
  let statement: Int?

  /// Makes a statement of a text with its own `$1`, `$2`, ….
  package init(text: String, parameters: [PostgresValue] = []) {
    self.init(text: text, parameters: parameters, statement: nil)
  }

  init(text: String, parameters: [PostgresValue], statement: Int?) {
    self.text = text
    self.parameters = parameters
    self.statement = statement
  }

  package init(stringLiteral text: String) { self.init(text: text) }

  package init(stringInterpolation: Interpolation) {
    self.init(text: stringInterpolation.text, parameters: stringInterpolation.parameters)
  }

  /// Returns the same statement, parsed anew at each execution: for texts that vary.
  package func unprepared() -> SQL {
    var copy = self
    copy.isPrepared = false
    return copy
  }

  /// Collects text and parameters.
  package struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""
    fileprivate var parameters: [PostgresValue] = []

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 3 * interpolationCount)
      parameters.reserveCapacity(interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { text += literal }

    package mutating func appendInterpolation(_ value: PostgresValue) {
      parameters.append(value)
      text += "$"
      text += String(parameters.count)
    }

    /// Appends the name of a table or column, quoted so that it can be nothing else.
    package mutating func appendInterpolation(identifier: String) {
      text += "\""
      text += identifier.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"")
      text += "\""
    }

    /// Appends another statement's text and parameters.
    ///
    /// Its parameters get new numbers; a literal of the fragment must therefore hold no `$` before
    /// a digit.
    package mutating func appendInterpolation(fragment: SQL) {
      let shift = parameters.count
      parameters += fragment.parameters
      if shift == 0 {
        text += fragment.text
      } else {
        appendRenumbered(fragment.text, by: shift)
      }
    }

    /// Appends text as it is. It must be our own, never a peer's.
    package mutating func appendInterpolation(trusted: String) { text += trusted }

    private mutating func appendRenumbered(_ fragment: String, by shift: Int) {
      var rest = fragment[...]
      while let dollar = rest.firstIndex(of: "$") {
        let after = rest.index(after: dollar)
        let digits = rest[after...].prefix { $0.isASCII && $0.isNumber }
        text += rest[..<after]
        if let number = Int(digits) { text += String(number + shift) }
        rest = rest[digits.endIndex...]
      }
      text += rest
    }
  }
}

extension SQL.Interpolation {
  package mutating func appendInterpolation(_ value: Bool) { appendInterpolation(.bool(value)) }
  package mutating func appendInterpolation(_ value: Int16) { appendInterpolation(.int2(value)) }
  package mutating func appendInterpolation(_ value: Int32) { appendInterpolation(.int4(value)) }
  package mutating func appendInterpolation(_ value: Int64) { appendInterpolation(.int8(value)) }
  package mutating func appendInterpolation(_ value: Int) {
    appendInterpolation(.int8(Int64(value)))
  }
  package mutating func appendInterpolation(_ value: Double) {
    appendInterpolation(.float8(value))
  }
  package mutating func appendInterpolation(_ value: String) { appendInterpolation(.text(value)) }
  package mutating func appendInterpolation(_ value: [UInt8]) {
    appendInterpolation(.bytes(value))
  }
  package mutating func appendInterpolation(_ value: PostgresUUID) {
    appendInterpolation(.uuid(value))
  }
  package mutating func appendInterpolation(_ value: PostgresTimestamp) {
    appendInterpolation(.timestamp(value))
  }
  package mutating func appendInterpolation(_ value: PostgresJSON) {
    appendInterpolation(.json(value))
  }

  package mutating func appendInterpolation(_ value: [Bool]) {
    appendInterpolation(.boolArray(value))
  }
  package mutating func appendInterpolation(_ value: [Int32]) {
    appendInterpolation(.int4Array(value))
  }
  package mutating func appendInterpolation(_ value: [Int64]) {
    appendInterpolation(.int8Array(value))
  }
  package mutating func appendInterpolation(_ value: [Double]) {
    appendInterpolation(.float8Array(value))
  }
  package mutating func appendInterpolation(_ value: [String]) {
    appendInterpolation(.textArray(value))
  }
  package mutating func appendInterpolation(_ value: [[UInt8]]) {
    appendInterpolation(.bytesArray(value))
  }
  package mutating func appendInterpolation(_ value: [PostgresUUID]) {
    appendInterpolation(.uuidArray(value))
  }

  package mutating func appendInterpolation(_ value: Bool?) {
    appendInterpolation(value.map { .bool($0) } ?? .null(.bool))
  }
  package mutating func appendInterpolation(_ value: Int16?) {
    appendInterpolation(value.map { .int2($0) } ?? .null(.int2))
  }
  package mutating func appendInterpolation(_ value: Int32?) {
    appendInterpolation(value.map { .int4($0) } ?? .null(.int4))
  }
  package mutating func appendInterpolation(_ value: Int64?) {
    appendInterpolation(value.map { .int8($0) } ?? .null(.int8))
  }
  package mutating func appendInterpolation(_ value: Double?) {
    appendInterpolation(value.map { .float8($0) } ?? .null(.float8))
  }
  package mutating func appendInterpolation(_ value: String?) {
    appendInterpolation(value.map { .text($0) } ?? .null(.text))
  }
  package mutating func appendInterpolation(_ value: [UInt8]?) {
    appendInterpolation(value.map { .bytes($0) } ?? .null(.bytes))
  }
  package mutating func appendInterpolation(_ value: PostgresUUID?) {
    appendInterpolation(value.map { .uuid($0) } ?? .null(.uuid))
  }
  package mutating func appendInterpolation(_ value: PostgresTimestamp?) {
    appendInterpolation(value.map { .timestamp($0) } ?? .null(.timestamp))
  }
  package mutating func appendInterpolation(_ value: PostgresJSON?) {
    appendInterpolation(value.map { .json($0) } ?? .null(.jsonb))
  }
}

/// A statement whose text is known when the program is written: the cheapest to execute.
///
/// Connections find its parsed form by a number, without hashing its text.
package struct PostgresStatement: Sendable {
  private static let count = Atomic<Int>(0)

  /// The text with `$1`, `$2`, ….
  package let text: String
  private let number: Int

  /// Makes a statement; once per text, in a static.
  package init(_ text: String) {
    self.text = text
    number = Self.count.wrappingAdd(1, ordering: .relaxed).oldValue
  }

  /// Returns the statement with the values of its parameters, in order.
  package func callAsFunction(_ parameters: PostgresValue...) -> SQL {
    SQL(text: text, parameters: parameters, statement: number)
  }
}
