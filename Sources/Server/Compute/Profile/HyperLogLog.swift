/// Estimates how many different hashes were added: 4,096 registers, standard error 1.6 %.
///
/// Source: Flajolet et al. 2007; the estimator is Ertl's improved one ("New cardinality estimation
/// algorithms for HyperLogLog sketches", 2017, algorithm 6), which needs no correction table.
struct HyperLogLog: Sendable, Equatable {
  private static let precision: UInt64 = 12
  static let registerCount = 1 << 12
  /// Highest value of a register: the leading zeros of the other 52 bits, plus 1.
  private static let maxRegister = 53

  private var registers = [UInt8](repeating: 0, count: registerCount)

  @inline(__always)
  mutating func add(_ hash: UInt64) {
    let index = Int(truncatingIfNeeded: hash &>> (64 - Self.precision))
    // A bit below the 52 ends the run of zeros at 53.
    let rest = hash &<< Self.precision | 1 &<< (Self.precision - 1)
    let rank = UInt8(truncatingIfNeeded: rest.leadingZeroBitCount &+ 1)
    if rank > registers[index] { registers[index] = rank }
  }

  mutating func merge(_ other: HyperLogLog) {
    for index in registers.indices {
      registers[index] = max(registers[index], other.registers[index])
    }
  }

  var estimate: Double {
    let m = Double(Self.registerCount)
    var counts = [Int](repeating: 0, count: Self.maxRegister + 1)
    for register in registers { counts[Int(register)] += 1 }
    var z = m * Self.tau(1 - Double(counts[Self.maxRegister]) / m)
    for value in stride(from: Self.maxRegister - 1, through: 1, by: -1) {
      z = 0.5 * (z + Double(counts[value]))
    }
    z += m * Self.sigma(Double(counts[0]) / m)
    // 1 / (2 ln 2)
    return 0.721_347_520_444_481_7 * m * m / z
  }

  /// The estimate as a whole number.
  var count: Int64 { Int64(min(estimate.rounded(), 9e18)) }

  private static func sigma(_ value: Double) -> Double {
    if value == 1 { return .infinity }
    var (x, y, z) = (value, 1.0, value)
    while true {
      x *= x
      let before = z
      z += x * y
      y += y
      if z == before { return z }
    }
  }

  private static func tau(_ value: Double) -> Double {
    if value == 0 || value == 1 { return 0 }
    var (x, y, z) = (value, 1.0, 1 - value)
    while true {
      x = x.squareRoot()
      let before = z
      y *= 0.5
      z -= (1 - x) * (1 - x) * y
      if z == before { return z / 3 }
    }
  }

  func write(to writer: inout StateWriter) {
    for register in registers { writer.append(byte: register) }
  }

  init() {}

  init(from reader: inout StateReader) throws(ComputeError) {
    for index in registers.indices {
      registers[index] = try reader.byte()
      guard registers[index] <= Self.maxRegister else {
        throw ComputeError(.malformed, "a stored profile has an impossible register")
      }
    }
  }
}
