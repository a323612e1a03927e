/// How much of a list is wanted (AIP-158).
package struct PageSize: Hashable, Sendable {
  package static let standard = 50
  package static let largest = 1000

  package let rows: Int

  /// 0 is the standard, above the largest is the largest.
  /// - Throws: `invalid` for a negative size.
  package init(_ requested: Int32, field: String = "page_size") throws(GovernanceError) {
    guard requested >= 0 else {
      throw GovernanceError(
        .invalid, field: field,
        "page_size is \(requested); it cannot be negative. Use 0 for the standard size of 50.")
    }
    rows = requested == 0 ? Self.standard : min(Int(requested), Self.largest)
  }
}
