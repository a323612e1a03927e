internal import PurSightClient
internal import PurSightJSON

/// How far a load is, as text.
enum ProgressText {
  /// Characters of the bar.
  private static let barWidth = 24

  /// One line for a terminal: bar, share, rows, speed, time left, and what is durable.
  static func bar(_ progress: IngestProgress, width: Int) -> String {
    var parts: [String] = []
    if let share = share(progress) {
      parts.append("\(drawn(share)) \(Int((share * 100).rounded(.down))) %")
    }
    parts.append("\(Numbers.grouped(progress.committedOffset)) rows")
    if progress.isReconnecting {
      parts.append("connection lost, trying again")
    } else {
      parts.append("\(Numbers.rounded(progress.rowsPerSecond)) rows/s")
      parts.append("\(Numbers.bytes(Int64(bytesPerSecond(progress))))/s")
      if let left = timeLeft(progress) { parts.append("ETA \(Numbers.duration(left))") }
    }
    parts.append("offset \(Numbers.grouped(progress.committedOffset)) is durable")
    return DisplayText.cut(parts.joined(separator: " · "), to: width)
  }

  /// One line for a log.
  static func plain(_ progress: IngestProgress) -> String {
    if progress.isReconnecting {
      return "connection lost at offset "
        + "\(Numbers.grouped(progress.committedOffset)), trying again"
    }
    let share = share(progress).map { " (\(Int(($0 * 100).rounded(.down))) %)" } ?? ""
    return "\(Numbers.grouped(progress.committedOffset)) rows\(share) · "
      + "\(Numbers.bytes(progress.bytes)) · \(Numbers.rounded(progress.rowsPerSecond)) rows/s"
  }

  /// One line for programs.
  static func json(_ progress: IngestProgress) -> String {
    JSONText.text(
      .object([
        .init("event", .string(progress.isReconnecting ? "reconnecting" : "progress")),
        .init("writeStream", .string(progress.id)),
        .init("committedOffset", .integer(progress.committedOffset)),
        .init("rows", .integer(progress.committedOffset)),
        .init("rowsStored", .integer(progress.rowsStored)),
        .init("rowsQuarantined", .integer(progress.rowsQuarantined)),
        .init("bytes", .integer(progress.bytes)),
        .init("totalBytes", .integer(progress.totalBytes)),
        .init("rowsPerSecond", .integer(Int64(clamping: Int(finite: progress.rowsPerSecond)))),
      ]))
  }

  /// The share that is durable; nil where the size is not known.
  static func share(_ progress: IngestProgress) -> Double? {
    guard progress.totalBytes > 0 else { return nil }
    return min(1, Double(progress.bytes) / Double(progress.totalBytes))
  }

  /// At the speed so far; nil before there is one.
  static func timeLeft(_ progress: IngestProgress) -> Duration? {
    let speed = bytesPerSecond(progress)
    guard progress.totalBytes > progress.bytes, speed > 1 else { return nil }
    return .seconds(Double(progress.totalBytes - progress.bytes) / speed)
  }

  /// By the rows of this program and the file's bytes per row: a load that went on has bytes that
  /// others sent.
  private static func bytesPerSecond(_ progress: IngestProgress) -> Double {
    guard progress.committedOffset > 0 else { return 0 }
    return progress.rowsPerSecond * Double(progress.bytes) / Double(progress.committedOffset)
  }

  static func drawn(_ share: Double) -> String {
    let full = Int((share * Double(barWidth)).rounded(.down))
    return String(repeating: "━", count: full) + String(repeating: "─", count: barWidth - full)
  }
}

extension Int {
  /// The number without its fraction; 0 for what is no number or does not fit.
  init(finite value: Double) {
    self = value.isFinite && abs(value) < 9e18 ? Int(value) : 0
  }
}
