extension FieldMask {
  /// `curated_facet.owners` → `curatedFacet.owners`.
  static func jsonPath(_ path: String) -> String {
    var result = ""
    var isNextUpper = false
    for character in path {
      if character == "_" {
        isNextUpper = true
      } else {
        result += isNextUpper ? character.uppercased() : String(character)
        isNextUpper = false
      }
    }
    return result
  }

  /// `curatedFacet.owners` → `curated_facet.owners`.
  static func protoPath(_ path: String) -> String {
    var result = ""
    for character in path {
      if character.isUppercase { result += "_" }
      result += character.lowercased()
    }
    return result
  }
}
