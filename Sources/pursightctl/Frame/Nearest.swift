/// Finds what somebody may have meant.
enum Nearest {
  /// The candidate that is the fewest edits away; nil when none is near.
  static func of(_ word: String, among candidates: some Sequence<String>) -> String? {
    let limit = max(1, min(3, word.count / 2))
    return candidates.map { ($0, distance(word.lowercased(), $0.lowercased())) }
      .filter { $0.1 <= limit }
      .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
  }

  /// Edits from one word to the other: insert, delete, replace, swap neighbours.
  static func distance(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first.prefix(maxLength)), Array(second.prefix(maxLength)))
    var rows = [Array(0...second.count)]
    for (index, character) in first.enumerated() {
      var row = [index + 1]
      for (column, other) in second.enumerated() {
        let isSame = character == other
        var best = min(
          rows[index][column + 1] + 1, row[column] + 1, rows[index][column] + (isSame ? 0 : 1))
        if index > 0, column > 0, character == second[column - 1], other == first[index - 1] {
          best = min(best, rows[index - 1][column - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[first.count][second.count]
  }

  /// Characters of a word that are compared.
  private static let maxLength = 64
}
