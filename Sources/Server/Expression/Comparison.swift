/// The six comparisons.
///
/// Order: false before true; numbers by value with NaN equal to itself and after every number;
/// strings and bytes bytewise; dates, timestamps and durations by time.
package enum Comparison: UInt8, Sendable, Hashable, CaseIterable {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

  /// The operator in an expression.
  package var symbol: String {
    switch self {
    case .equal: "="
    case .notEqual: "!="
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    }
  }
}
