/// A pattern's machine as a table: state and class of the next byte give the next state.
///
/// State 0 has no way to a match, state 1 has matched; both keep what they are. The last class
/// stands for the end of the text.
struct PatternTable: Sendable {
  /// States whose rows are kept for every byte value; above, bytes go by their class.
  private static let maxWideStates = 64

  /// Class of each byte value; empty when rows are wide.
  private let classes: [UInt8]
  /// Next states times `stride`, so that a look-up is one addition.
  private let transitions: [UInt32]
  private let stride: Int
  /// Whether a text that ends in a state matches; for wide rows only.
  private let accepts: [Bool]

  /// Builds the table; nil when it would have too many states.
  init?(_ code: PatternCode) {
    var builder = Builder(code)
    guard builder.build(code) else { return nil }
    let rows = builder.rows
    accepts = rows.map { $0.last == 1 }
    let isWide = rows.count <= Self.maxWideStates
    let stride = isWide ? 256 : builder.stride
    self.stride = stride
    let byteClasses = builder.classes
    classes = isWide ? [] : byteClasses
    transitions = rows.flatMap { row in
      let states = isWide ? byteClasses.map { row[Int($0)] } : row
      return states.map { $0 * UInt32(stride) }
    }
  }

  func matches(_ text: Span<UInt8>) -> Bool {
    let transitions = transitions.span
    let matched = stride
    var state = Int(Builder.first) * stride
    if classes.isEmpty {
      for index in text.indices {
        // A state is a multiple of 256 with its whole row in the table.
        state = Int(unsafe transitions[unchecked: state &+ Int(text[index])])
        if state <= matched { return state == matched }
      }
      return accepts[state &>> 8]
    }
    for index in text.indices {
      state = Int(transitions[state &+ Int(classes[Int(text[index])])])
      if state <= matched { return state == matched }
    }
    return Int(transitions[state &+ stride &- 1]) == matched
  }

  /// The subset construction.
  private struct Builder {
    private struct State: Hashable {
      var places: [Int32]
      var before: PatternSimulation.Neighbour
    }

    static let first: UInt32 = 2
    private var simulation: PatternSimulation
    private let usesNeighbours: Bool
    private(set) var classes = [UInt8](repeating: 0, count: 256)
    private var representatives: [UInt8] = []
    private(set) var rows: [[UInt32]] = []
    private var indices: [State: UInt32] = [:]
    private var pending: [(state: State, index: UInt32)] = []

    var stride: Int { representatives.count + 1 }

    init(_ code: PatternCode) {
      simulation = PatternSimulation(code)
      usesNeighbours = code.instructions.contains {
        if case .assertion(let assertion, _) = $0 {
          return assertion != .textStart && assertion != .textEnd
        }
        return false
      }
      makeClasses(code)
    }

    /// Bytes that every instruction and assertion treats alike form one class.
    private mutating func makeClasses(_ code: PatternCode) {
      var isBoundary = [Bool](repeating: false, count: 257)
      isBoundary[0] = true
      for case .byte(let low, let high, _) in code.instructions where low <= high {
        isBoundary[Int(low)] = true
        isBoundary[Int(high) + 1] = true
      }
      if usesNeighbours {
        for byte in 1...255
        where PatternSimulation.Neighbour(UInt8(byte))
          != PatternSimulation.Neighbour(UInt8(byte - 1))
        {
          isBoundary[byte] = true
        }
      }
      for byte in 0...255 {
        if isBoundary[byte] { representatives.append(UInt8(byte)) }
        classes[byte] = UInt8(representatives.count - 1)
      }
    }

    mutating func build(_ code: PatternCode) -> Bool {
      rows = [
        [UInt32](repeating: 0, count: stride), [UInt32](repeating: 1, count: stride),
      ]
      _ = index(of: State(places: [code.start], before: .edge))
      while let (state, index) = pending.popLast() {
        var row: [UInt32] = []
        for byte in representatives {
          row.append(next(state, byte))
          if rows.count > ExpressionLimits.maxPatternStates
            || simulation.steps > ExpressionLimits.maxPatternTableSteps
          {
            return false
          }
        }
        row.append(simulation.close(state.places, before: state.before, after: .edge) ? 1 : 0)
        rows[Int(index)] = row
      }
      return true
    }

    private mutating func next(_ state: State, _ byte: UInt8) -> UInt32 {
      let neighbour = PatternSimulation.Neighbour(byte)
      if simulation.close(state.places, before: state.before, after: neighbour) { return 1 }
      let places = simulation.step(byte)
      if places.isEmpty { return 0 }
      // Without assertions on neighbours only "not at the start" matters.
      return index(
        of: State(places: Set(places).sorted(), before: usesNeighbours ? neighbour : .other))
    }

    private mutating func index(of state: State) -> UInt32 {
      if let index = indices[state] { return index }
      let index = UInt32(rows.count)
      indices[state] = index
      rows.append([])
      pending.append((state, index))
      return index
    }
  }
}
