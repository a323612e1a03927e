/// An id that people choose: `[a-z][a-z0-9-]{0,62}`.
package enum Slug {
  package static let maxBytes = 63

  /// - Parameter field: The request field that it stood in, for the error.
  package static func check(_ text: String, field: String) throws(GovernanceError) {
    let bytes = Array(text.utf8)
    let fits = bytes.enumerated().allSatisfy { position, byte in
      let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      return isLetter || position > 0 && (isDigit || byte == UInt8(ascii: "-"))
    }
    guard !bytes.isEmpty, bytes.count <= maxBytes, fits else {
      throw GovernanceError(
        .invalid, field: field,
        "\"\(text.prefix(80))\" cannot be an id. Use 1 to 63 lower-case letters, digits, dashes, "
          + "beginning with a letter.")
    }
  }
}
