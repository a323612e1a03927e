/// Why an expression has no value in one row.
///
/// Row errors are values that travel like null does, with one difference: `and`, `or`, `case` and
/// `coalesce` drop an error whose operand does not decide the result.
package enum RowError: UInt8, Sendable, Hashable {
  /// An integer, date, timestamp or duration left its range, or a double became infinite.
  case overflow = 1
  /// A divisor was zero.
  case divisionByZero = 2
  /// An argument was outside what the function takes, such as a negative length.
  case invalidArgument = 3

  /// A sentence part for messages: `division by zero`.
  package var message: String {
    switch self {
    case .overflow: "the result is out of range"
    case .divisionByZero: "division by zero"
    case .invalidArgument: "an argument is out of range"
    }
  }
}
