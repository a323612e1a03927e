internal import ArgumentParser
internal import PurSightClient

/// `pursightctl lineage`: where data came from and where it went.
struct LineageCommand: Noun {
  static let configuration = CommandConfiguration(
    commandName: "lineage", abstract: "Where data came from and where it went.",
    usage: "pursightctl lineage <verb> [<options>]",
    discussion: "Example: pursightctl lineage show flights",
    subcommands: [Show.self])

  @OptionGroup(title: "Global options") var global: GlobalOptions

  struct Show: Command {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show the lineage of an asset or of one of its columns.",
      discussion: "Example: pursightctl lineage show flights.dep_delay --down")

    @Argument(help: "An asset, or an asset and a column: flights.dep_delay.") var name: String
    @Flag(help: "Only where it came from.") var up = false
    @Flag(help: "Only where it went.") var down = false
    @Option(help: ArgumentHelp("How many steps at the most.", valueName: "n")) var depth = 5
    @OptionGroup(title: "Global options") var global: GlobalOptions

    func validate() throws {
      if up, down { throw ValidationError("Give --up or --down; without them, both are shown.") }
      if depth < 1 { throw ValidationError("--depth is a number from 1 on.") }
    }

    func run(_ session: Session) async throws {
      let start = try await LineageStart(name, session.client())
      var edges: [LineageEdge] = []
      for direction in directions {
        for try await step in start.lineage(direction, depth: depth) {
          guard edges.count < Limits.lineageSteps else {
            session.terminal.note("Only the first \(Limits.lineageSteps) steps are shown.")
            break
          }
          edges.append(step.edge)
        }
      }
      if try session.format(OutputFormat.lists).isForPeople {
        try show(edges, start, session)
      } else {
        try await session.list(
          Found(elements: edges), Self.listing, empty: "There is no lineage.")
      }
    }

    private var directions: [LineageDirection] {
      down ? [.downstream] : up ? [.upstream] : [.upstream, .downstream]
    }

    private func show(_ edges: [LineageEdge], _ start: LineageStart, _ session: Session) throws {
      guard edges.isEmpty else {
        return try session.say(LineageText.lines(edges, wide: session.global.output == .wide))
      }
      let answer = down ? "goes nowhere yet" : up ? "comes from nowhere" : "has no lineage yet"
      session.terminal.note("\(start.title) \(answer), as far as PurSight knows.")
    }

    static let listing = Listing<LineageEdge>(
      columns: [
        .init("From") { .text(LineageText.name($0.from)) },
        .init("To") { .text(LineageText.name($0.to)) },
        .init("Job") { .text(ResourceName.last($0.job)) },
        .init("Last seen") { .time($0.lastSeen) },
      ],
      name: { "\(LineageText.name($0.from)) → \(LineageText.name($0.to))" })
  }
}

/// Where a lineage begins: an asset, or one of its columns.
struct LineageStart {
  let asset: CatalogAsset
  let column: AssetColumn?

  /// A name is that of an asset; else what follows the last point may be a column.
  init(_ name: String, _ pursight: PurSight) async throws {
    do throws(PurSightError) {
      asset = try await pursight.asset(name)
      column = nil
    } catch {
      guard error.code == .notFound, let point = name.lastIndex(of: ".") else { throw error }
      let owner = String(name[..<point])
      let word = String(name[name.index(after: point)...])
      guard let asset = try await found({ try await pursight.asset(owner) }) else { throw error }
      guard let column = asset.columns[word] else {
        let names = asset.columns.map(\.name)
        let guess = Nearest.of(word, among: names).map { "Did you mean `\(owner).\($0)`?" }
        throw Failure.code(
          .notFound, "\(owner) has no column `\(word)`.",
          hint: guess ?? "It has: \(names.prefix(20).joined(separator: ", ")).")
      }
      self.asset = asset
      self.column = column
    }
  }

  var title: String { asset.fqn + (column.map { "." + $0.name } ?? "") }

  func lineage(_ direction: LineageDirection, depth: Int) -> LineageSequence {
    column?.lineage(direction, depth: depth) ?? asset.lineage(direction, depth: depth)
  }
}

/// Lineage as lines.
enum LineageText {
  /// `nycflights13/flights.csv → flights`, each once.
  static func lines(_ edges: [LineageEdge], wide: Bool = false) -> [String] {
    var seen: Set<String> = []
    return edges.compactMap { edge in
      var line = "\(name(edge.from)) → \(name(edge.to))"
      if wide {
        line += "  by \(ResourceName.last(edge.job))"
        if let time = edge.lastSeen { line += ", \(Times.relative(time))" }
      }
      return seen.insert(line).inserted ? DisplayText.printable(line) : nil
    }
  }

  static func name(_ node: LineageNode?) -> String {
    guard let node else { return "?" }
    return node.fqn + (node.column.isEmpty ? "" : "." + node.column)
  }

  /// One step up and one down from an asset.
  static func lines(_ asset: CatalogAsset) async throws -> [String] {
    var edges: [LineageEdge] = []
    for direction in [LineageDirection.upstream, .downstream] {
      for try await step in asset.lineage(direction) where edges.count < Limits.lineageSteps {
        edges.append(step.edge)
      }
    }
    return lines(edges)
  }
}

/// Elements that are there already, as a sequence that would have to be fetched.
struct Found<Element: Sendable>: AsyncSequence {
  let elements: [Element]

  struct AsyncIterator: AsyncIteratorProtocol {
    var rest: ArraySlice<Element>

    mutating func next() async -> Element? { rest.popFirst() }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: elements[...]) }
}
