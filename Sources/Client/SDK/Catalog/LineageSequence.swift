public import PurSightAPI

/// One node that was reached along the lineage.
public struct LineageStep: Sendable {
  /// How many edges away it is, from 1.
  public let level: Int
  /// What was reached.
  public let node: LineageNode
  /// The edge that led there.
  public let edge: LineageEdge
}

/// What lies up or down of an asset or column: nearest first, every node once.
public struct LineageSequence: AsyncSequence, Sendable {
  /// What the sequence is made of.
  public typealias Element = LineageStep
  /// How it can fail.
  public typealias Failure = PurSightError

  private let session: CallSession
  private let start: LineageNode
  private let direction: LineageDirection
  private let depth: Int

  /// Nodes that one walk remembers so as to show each once; beyond, it ends with
  /// RESOURCE_EXHAUSTED.
  static let maxNodes = 100_000

  init(_ session: CallSession, _ start: LineageNode, _ direction: LineageDirection, _ depth: Int) {
    self.session = session
    self.start = start
    self.direction = direction
    self.depth = depth
  }

  /// What makes two nodes the same.
  private struct Key: Hashable {
    let asset: String
    let columnID: Int32

    init(_ node: LineageNode) {
      asset = node.asset
      columnID = node.columnID
    }
  }

  /// Walks through the sequence once. For one task.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let sequence: LineageSequence
    private var open: [(node: LineageNode, level: Int)]
    private var seen: Set<Key>
    private var edges: PagedSequence<LineageEdge>.AsyncIterator?
    private var current: (node: LineageNode, level: Int)?

    init(_ sequence: LineageSequence) {
      self.sequence = sequence
      open = [(sequence.start, 0)]
      seen = [Key(sequence.start)]
    }

    /// The next element; nil at the end.
    public mutating func next() async throws(PurSightError) -> LineageStep? {
      while true {
        if let edge = try await edges?.next(), let current {
          guard let node = far(edge, from: current.node) else { continue }
          guard seen.insert(Key(node)).inserted else { continue }
          guard seen.count < LineageSequence.maxNodes else {
            throw PurSightError(
              .resourceExhausted,
              "The lineage has more than \(LineageSequence.maxNodes) nodes; ask for less depth.")
          }
          open.append((node, current.level + 1))
          return LineageStep(level: current.level + 1, node: node, edge: edge)
        }
        edges = nil
        guard let nearest = open.first, nearest.level < sequence.depth else { return nil }
        open.removeFirst()
        current = nearest
        edges = Assets(sequence.session)
          .lineage(
            of: nearest.node.asset, sequence.direction, columnID: nearest.node.columnID
          ).makeAsyncIterator()
      }
    }

    /// The other end of an edge; of a whole asset only edges between assets count.
    private func far(_ edge: LineageEdge, from node: LineageNode) -> LineageNode? {
      guard let from = edge.from, let to = edge.to else { return nil }
      let isSame = { (end: LineageNode) in
        end.asset == node.asset && end.columnID == node.columnID
      }
      switch sequence.direction {
      case .upstream: return isSame(to) ? from : nil
      case .downstream: return isSame(from) ? to : nil
      default: return isSame(from) ? to : isSame(to) ? from : nil
      }
    }

    /// As `next()`.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(PurSightError) -> LineageStep? { try await next() }
  }

  /// Begins anew.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
