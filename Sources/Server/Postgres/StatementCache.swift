/// The statements that a connection keeps parsed, by text and types.
///
/// Single-owner: one per connection.
struct StatementCache {
  /// A parsed statement, or one whose parsing is under way.
  final class Entry {
    let name: String
    let text: String
    let types: [UInt32]
    /// False until it was sent; the first user sends it.
    var isSent = false

    init(name: String, text: String, types: [UInt32]) {
      self.name = name
      self.text = text
      self.types = types
    }
  }

  /// How many statements are kept at most.
  let limit: Int
  private var byText: [String: [Entry]] = [:]
  private var byNumber: [[Entry]] = []
  private var count = 0
  private var names = 0

  init(limit: Int) { self.limit = limit }

  /// Returns the entry of a statement; nil when it is not to be kept or there are too many.
  mutating func entry(for sql: SQL) -> Entry? {
    guard sql.isPrepared else { return nil }
    if let number = sql.statement {
      while byNumber.count <= number { byNumber.append([]) }
      if let entry = byNumber[number].first(where: { Self.matches($0, sql) }) { return entry }
      guard let entry = make(sql) else { return nil }
      byNumber[number].append(entry)
      return entry
    }
    if let entry = byText[sql.text]?.first(where: { Self.matches($0, sql) }) { return entry }
    guard let entry = make(sql) else { return nil }
    byText[sql.text, default: []].append(entry)
    return entry
  }

  /// Forgets a statement that could not be parsed, or is no longer valid.
  mutating func forget(_ entry: Entry) {
    var entries = byText[entry.text] ?? []
    if let index = entries.firstIndex(where: { $0 === entry }) {
      entries.remove(at: index)
      byText[entry.text] = entries.isEmpty ? nil : entries
      count -= 1
      return
    }
    for number in byNumber.indices {
      if let index = byNumber[number].firstIndex(where: { $0 === entry }) {
        byNumber[number].remove(at: index)
        count -= 1
        return
      }
    }
  }

  private mutating func make(_ sql: SQL) -> Entry? {
    guard count < limit else { return nil }
    count += 1
    names += 1
    return Entry(
      name: "p\(names)", text: sql.text, types: sql.parameters.map { $0.type.rawValue })
  }

  private static func matches(_ entry: Entry, _ sql: SQL) -> Bool {
    guard entry.types.count == sql.parameters.count else { return false }
    for index in entry.types.indices
    where entry.types[index] != sql.parameters[index].type.rawValue { return false }
    return true
  }
}
