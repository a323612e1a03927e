internal import Glibc
internal import PurSightClient

/// What this service wants to know of a flight.
struct Departure: RowDecodable {
  static let columns = ["carrier", "tailnum", "dep_delay"]
  let carrier: String
  let tailnum: String?
  let delay: Int64

  init(_ row: Row) throws {
    carrier = try row["carrier"]
    tailnum = try row["tailnum"]
    delay = try row["dep_delay"]
  }
}

let limit = 120
do {
  try await withPurSightClient { pursight in
    let principal = try await pursight.caller().principal
    let began = ContinuousClock.now
    var flights = 0
    var longest: Int64 = 0
    // The value is bound, not pasted into the text; the next rows are sent when these were taken.
    for try await departure in pursight.dataset("flights")
      .rows(of: Departure.self, where: "dep_delay > \(limit)")
    {
      flights += 1
      longest = max(longest, departure.delay)
    }
    let milliseconds = began.duration(to: .now) / .milliseconds(1)
    print(
      "\(principal) read \(flights) rows with dep_delay > \(limit) in \(Int(milliseconds)) ms;",
      "the longest delay is \(longest) minutes")
  }
} catch let error as PurSightError {
  print("refused: \(error)")
  exit(64 + Int32(error.code.rawValue))
}
