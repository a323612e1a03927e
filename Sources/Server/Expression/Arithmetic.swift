/// The five arithmetic operators, and what they mean for one pair of values.
package enum Arithmetic: UInt8, Sendable, Hashable, CaseIterable {
  case add, subtract, multiply, divide, modulo

  /// The operator in an expression.
  package var symbol: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .modulo: "%"
    }
  }

  /// Computes with 64-bit integers; division truncates, the remainder has the dividend's sign.
  @inlinable
  package func apply(_ a: Int64, _ b: Int64) -> Result<Int64, RowFailure> {
    let (value, overflow): (Int64, Bool)
    switch self {
    case .add: (value, overflow) = a.addingReportingOverflow(b)
    case .subtract: (value, overflow) = a.subtractingReportingOverflow(b)
    case .multiply: (value, overflow) = a.multipliedReportingOverflow(by: b)
    case .divide:
      if b == 0 { return .failure(RowFailure(.divisionByZero)) }
      (value, overflow) = a.dividedReportingOverflow(by: b)
    case .modulo:
      if b == 0 { return .failure(RowFailure(.divisionByZero)) }
      // Int64.min % -1 is 0; the processor's division instruction would report overflow.
      (value, overflow) = b == -1 ? (0, false) : (a % b, false)
    }
    return overflow ? .failure(RowFailure(.overflow)) : .success(value)
  }

  /// Computes with doubles; a finite pair that becomes infinite is an overflow.
  @inlinable
  package func apply(_ a: Double, _ b: Double) -> Result<Double, RowFailure> {
    let value: Double
    switch self {
    case .add: value = a + b
    case .subtract: value = a - b
    case .multiply: value = a * b
    case .divide:
      if b == 0 { return .failure(RowFailure(.divisionByZero)) }
      value = a / b
    case .modulo:
      if b == 0 { return .failure(RowFailure(.divisionByZero)) }
      value = a.truncatingRemainder(dividingBy: b)
    }
    if value.isInfinite, a.isFinite, b.isFinite { return .failure(RowFailure(.overflow)) }
    return .success(value)
  }
}

/// A row error as it is thrown by scalar arithmetic.
package struct RowFailure: Error, Sendable, Hashable {
  package let rowError: RowError

  package init(_ rowError: RowError) { self.rowError = rowError }
}
