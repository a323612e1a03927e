/// The closed set of functions that every expression may call.
package enum Function: String, Sendable, Hashable, CaseIterable {
  case length, lower, upper, trim, substr
  case startsWith = "starts_with"
  case endsWith = "ends_with"
  case contains, concat
  case abs, round, floor, ceil, mod
  case year, month, day, hour, minute, second
  case dayOfWeek = "day_of_week"
  case age, now
  case coalesce, greatest, least

  /// How the function is called, for error messages.
  var usage: String {
    switch self {
    case .length: "length(string)"
    case .lower, .upper, .trim: "\(rawValue)(string)"
    case .substr: "substr(string, start) or substr(string, start, count)"
    case .startsWith, .endsWith, .contains: "\(rawValue)(string, string)"
    case .concat: "concat(string, string, ...)"
    case .abs: "abs(number)"
    case .round, .floor, .ceil: "\(rawValue)(number)"
    case .mod: "mod(number, number)"
    case .year, .month, .day, .dayOfWeek: "\(rawValue)(date or timestamp)"
    case .hour, .minute, .second: "\(rawValue)(timestamp)"
    case .age: "age(timestamp)"
    case .now: "now()"
    case .coalesce, .greatest, .least: "\(rawValue)(value, value, ...)"
    }
  }

  /// How many arguments the function takes.
  var argumentCount: ClosedRange<Int> {
    switch self {
    case .now: 0...0
    case .length, .lower, .upper, .trim, .abs, .round, .floor, .ceil, .age: 1...1
    case .year, .month, .day, .hour, .minute, .second, .dayOfWeek: 1...1
    case .startsWith, .endsWith, .contains, .mod: 2...2
    case .substr: 2...3
    case .concat, .coalesce, .greatest, .least: 1...ExpressionLimits.maxArguments
    }
  }
}
