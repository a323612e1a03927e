import PurSightAPI
import PurSightInterop
import PurSightRPC
import Testing

@Suite("Validation")
struct ValidationTests {
  private static let valid = Ruled(slug: "flights", part: RuledPart(name: "p"))

  private func violations(_ message: Ruled) throws -> [BadRequest.FieldViolation] {
    guard let error = rpcError({ try message.validate() }) else { return [] }
    #expect(error.code == .invalidArgument)
    return try #require(error.detail(BadRequest.self)).fieldViolations
  }

  private func changed(_ change: (inout Ruled) -> Void) -> Ruled {
    var message = Self.valid
    change(&message)
    return message
  }

  @Test func `a message within all rules passes`() throws {
    try Self.valid.validate()
    try changed {
      $0.slug = "a" + String(repeating: "-", count: 62)
      $0.uuid = "0190B5A2-7c1d-7a3e-9f00-1c2d3e4f5a6b"
      $0.resource = "projects/default/assets/0190"
      $0.identifier = "_orders-2026.11"
      $0.short = "漢字漢字漢"
      $0.few = [1, 2, 3]
      $0.range = 10
      $0.parts = [RuledPart(name: "a"), RuledPart(name: "b")]
      $0.maybe = 0
    }.validate()
  }

  /// The field that has to be named, and what breaks its rule.
  struct Breach: CustomTestStringConvertible {
    let field: String
    let change: @Sendable (inout Ruled) -> Void

    init(_ field: String, _ change: @escaping @Sendable (inout Ruled) -> Void) {
      self.field = field
      self.change = change
    }

    var testDescription: String { field }
  }

  @Test(arguments: [
    Breach("slug") { $0.slug = "" },
    Breach("slug") { $0.slug = "Flights" },
    Breach("slug") { $0.slug = "1a" },
    Breach("slug") { $0.slug = "a" + String(repeating: "b", count: 63) },
    Breach("slug") { $0.slug = "zürich" },
    Breach("uuid") { $0.uuid = "0190b5a2-7c1d-7a3e-9f00-1c2d3e4f5a6" },
    Breach("uuid") { $0.uuid = "0190b5a2+7c1d-7a3e-9f00-1c2d3e4f5a6b" },
    Breach("resource") { $0.resource = "projects" },
    Breach("resource") { $0.resource = "projects//assets/a" },
    Breach("resource") { $0.resource = "projects/a/assets" },
    Breach("resource") { $0.resource = "projects/a\u{7f}" },
    Breach("identifier") { $0.identifier = "-a" },
    Breach("identifier") { $0.identifier = "a/b" },
    Breach("short") { $0.short = "漢字漢字漢字" },
    Breach("few") { $0.few = [1, 2, 3, 4] },
    Breach("range") { $0.range = 11 },
    Breach("range") { $0.range = -2 },
    Breach("positive") { $0.positive = -0.5 },
    Breach("positive") { $0.positive = .nan },
    Breach("part") { $0.part = nil },
    Breach("part.name") { $0.part = RuledPart() },
    Breach("parts[1].name") { $0.parts = [RuledPart(name: "a"), RuledPart()] },
    Breach("parts") { $0.parts = Array(repeating: RuledPart(name: "a"), count: 3) },
    Breach("named[\"k\"].name") { $0.named = ["k": RuledPart()] },
    Breach("chosen.name") { $0.choice = .chosen(RuledPart()) },
    Breach("word") { $0.choice = .word("abc") },
    Breach("maybe") { $0.maybe = 6 },
  ])
  func `a broken rule names its field`(breach: Breach) throws {
    let found = try violations(changed(breach.change))
    #expect(found.map(\.field) == [breach.field])
    #expect(found.first?.description.hasSuffix(".") == true)
  }

  @Test func `the message says what is wrong and how much more there is`() {
    let error = rpcError { try Ruled(slug: "Flights", range: 11).validate() }
    #expect(
      error?.message == "slug: is \"Flights\"; it has to be 1 to 63 lower-case letters, digits and "
        + "dashes, from a letter. (and 2 more)")
  }

  @Test func `violations beyond the limit are not collected`() throws {
    var violations = FieldViolations()
    for index in 0...FieldViolations.maxCount { violations.add("f\(index)", "is wrong.") }
    #expect(violations.all.count == FieldViolations.maxCount)
  }
}
