public import PurSightAPI

/// An expression over columns or fields, with its values beside it.
///
/// What is interpolated becomes a parameter, never text, so that no value can change the meaning:
/// ```swift
/// let late: Filter = "dep_delay > \(limit) and carrier in \(carriers)"   // @p1, @p2
/// ```
public struct Filter: Sendable, Hashable, ExpressibleByStringInterpolation {
  /// The expression; parameters as `@p1`.
  public let text: String
  /// The values by name without the `@`.
  public let parameters: [String: Bound]

  /// A value, or the elements of a list.
  public struct Bound: Sendable, Hashable {
    let values: [FilterValue]
    let isList: Bool
  }

  /// An expression that somebody else has written, such as the user of a command line.
  public init(text: String) {
    self.text = text
    parameters = [:]
  }

  /// An expression without values.
  public init(stringLiteral value: String) { self.init(text: value) }

  /// An expression with its values.
  public init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
    parameters = stringInterpolation.parameters
  }

  /// Collects the text and the values of an interpolated literal.
  public struct StringInterpolation: StringInterpolationProtocol {
    var text = ""
    var parameters: [String: Bound] = [:]

    /// Begins a literal.
    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 4)
    }

    /// Text between the values.
    public mutating func appendLiteral(_ literal: String) { text += literal }

    /// A value.
    public mutating func appendInterpolation(_ value: some FilterConvertible) {
      bind(Bound(values: [value.filterValue], isList: false))
    }

    /// A value or null.
    public mutating func appendInterpolation(_ value: (some FilterConvertible)?) {
      bind(Bound(values: [value?.filterValue ?? .null], isList: false))
    }

    /// A list, for `in`.
    public mutating func appendInterpolation<Values: Sequence>(
      _ values: Values
    ) where Values.Element: FilterConvertible {
      bind(Bound(values: values.map(\.filterValue), isList: true))
    }

    /// The name of a column, quoted.
    public mutating func appendInterpolation(column name: String) {
      text += Filter.quoted(name, "\"")
    }

    /// Another filter, in parentheses.
    public mutating func appendInterpolation(_ filter: Filter) {
      let first = parameters.count
      for (name, bound) in filter.parameters {
        let number = Filter.number(name) ?? 1
        parameters["p\(first + number)"] = bound
      }
      let text = Filter.substituting(filter.text) { name in
        Filter.number(name).map { "@p\(first + $0)" }
      }
      self.text += "(\(text))"
    }

    private mutating func bind(_ bound: Bound) {
      let name = "p\(parameters.count + 1)"
      parameters[name] = bound
      text += "@" + name
    }
  }
}

/// A value that a filter can hold.
public enum FilterValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  /// Microseconds since 1970-01-01T00:00:00Z.
  case timestamp(Int64)
  /// Days since 1970-01-01.
  case date(Int32)
}

/// What can be interpolated into a filter.
public protocol FilterConvertible {
  var filterValue: FilterValue { get }
}

extension FilterValue: FilterConvertible {
  /// The value as it goes into a filter.
  public var filterValue: FilterValue { self }
}
extension Bool: FilterConvertible {
  /// The value as it goes into a filter.
  public var filterValue: FilterValue { .bool(self) }
}
extension Int: FilterConvertible {
  /// The value as it goes into a filter.
  public var filterValue: FilterValue { .int(Int64(self)) }
}
extension Int32: FilterConvertible {
  /// The value as it goes into a filter.
  public var filterValue: FilterValue { .int(Int64(self)) }
}
extension Int64: FilterConvertible {
  /// The value as it goes into a filter.
  public var filterValue: FilterValue { .int(self) }
}
extension Double: FilterConvertible {
  /// The value as it goes into a filter.
  public var filterValue: FilterValue { .double(self) }
}
extension String: FilterConvertible {
  /// The value as it goes into a filter.
  public var filterValue: FilterValue { .string(self) }
}
extension Timestamp: FilterConvertible {
  /// The value as it goes into a filter.
  public var filterValue: FilterValue { .timestamp(microseconds ?? .max) }
}
