/// A list as one sequence: pages are fetched as they are needed. Can be iterated more than once.
public struct PagedSequence<Element: Sendable>: AsyncSequence, Sendable {
  /// How it can fail.
  public typealias Failure = PurSightError

  /// One page, and where the next one begins.
  struct Page: Sendable {
    let elements: [Element]
    let nextToken: String
  }

  private let limit: Int?
  private let fetch: @Sendable (_ size: Int32, _ token: String) async throws(PurSightError) -> Page

  /// Elements of a page where nothing else is asked for.
  static var pageSize: Int { 200 }

  init(
    limit: Int? = nil,
    _ fetch:
      @escaping @Sendable (_ size: Int32, _ token: String) async throws(PurSightError) -> Page
  ) {
    self.limit = limit
    self.fetch = fetch
  }

  /// All elements at once. For lists that are known to be short.
  public func all() async throws(PurSightError) -> [Element] {
    var elements: [Element] = []
    var iterator = makeAsyncIterator()
    while let element = try await iterator.next() { elements.append(element) }
    return elements
  }

  /// Walks through the sequence once. For one task.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let sequence: PagedSequence
    private var page: ArraySlice<Element> = []
    private var token = ""
    private var left: Int
    private var isAtEnd = false

    init(_ sequence: PagedSequence) {
      self.sequence = sequence
      left = sequence.limit ?? .max
    }

    /// The next element; nil at the end.
    public mutating func next() async throws(PurSightError) -> Element? {
      while page.isEmpty {
        guard !isAtEnd, left > 0 else { return nil }
        let size = Int32(Swift.min(left, PagedSequence.pageSize))
        let fetched = try await sequence.fetch(size, token)
        page = fetched.elements.prefix(left)
        left -= page.count
        token = fetched.nextToken
        isAtEnd = token.isEmpty
      }
      return page.removeFirst()
    }

    /// As `next()`.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(PurSightError) -> Element? { try await next() }
  }

  /// Begins anew.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
