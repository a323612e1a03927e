/// Cuts names and texts into the words that search knows: at `_ . / -` and blanks, between
/// `camelCase` parts, and between letters and digits; folded to lower case.
package enum SearchWords {
  /// Bytes of the longest word that is kept; longer ones are cut.
  package static let maxWordBytes = 64
  /// Words kept of one text.
  package static let maxWords = 4096

  private enum Class { case lower, upper, digit, other }

  /// The words in order, with repetitions.
  package static func of(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    var previous = Class.other
    let scalars = Array(text.unicodeScalars)
    func finish() {
      if !word.isEmpty, words.count < maxWords { words.append(cut(word)) }
      word = ""
    }
    for (index, scalar) in scalars.enumerated() {
      let current = classify(scalar)
      if current == .other {
        finish()
      } else {
        let next = index + 1 < scalars.count ? classify(scalars[index + 1]) : .other
        // fooBar → foo bar; HTTPServer → http server; a320neo → a 320 neo
        let isBoundary =
          previous == .lower && current == .upper
          || previous == .upper && current == .upper && next == .lower
          || (previous == .digit) != (current == .digit)
        if isBoundary { finish() }
        word += String(scalar).lowercased()
      }
      previous = current
    }
    finish()
    return words
  }

  private static func classify(_ scalar: Unicode.Scalar) -> Class {
    let properties = scalar.properties
    if properties.numericType != nil { return .digit }
    guard properties.isAlphabetic else { return .other }
    return properties.isUppercase ? .upper : .lower
  }

  private static func cut(_ word: String) -> String {
    guard word.utf8.count > maxWordBytes else { return word }
    var result = ""
    for scalar in word.unicodeScalars {
      guard result.utf8.count + scalar.utf8.count <= maxWordBytes else { break }
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}
