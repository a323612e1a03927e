import Testing

@testable import pursightctl

@Suite struct TableTests {
  private let plain = Painter(isOn: false)

  private func table(_ rows: [[String]], hasHeader: Bool = true) -> Table {
    var table = Table(
      columns: [.init(title: "Name"), .init(title: "Rows", alignment: .right)],
      hasHeader: hasHeader)
    table.rows = rows.map { $0.map { Table.Cell($0) } }
    return table
  }

  @Test func `columns line up, numbers to the right, nothing behind the last`() {
    let lines = table([["flights", "336,776"], ["日本", "7"]]).lines(width: nil, plain)
    #expect(
      lines == [
        "Name        Rows",
        "flights  336,776",
        "日本           7",
      ])
  }

  @Test func `the widest text gives way when the terminal is narrow`() {
    let long = String(repeating: "x", count: 40)
    let lines = table([[long, "336,776"], ["a", "1"]]).lines(width: 24, plain)
    #expect(lines.map(\.count).max() == 24)
    #expect(lines[1] == String(repeating: "x", count: 14) + "…  336,776")
  }

  @Test func `without a width nothing is cut`() {
    let long = String(repeating: "x", count: 400)
    #expect(table([[long, "1"]]).lines(width: nil, plain)[1].count == 400 + 2 + 4)
  }

  @Test func `a line break in a value does not break the table`() {
    let lines = table([["a\nb", "1"]], hasHeader: false).lines(width: nil, plain)
    #expect(lines == ["a\\nb  1"])
  }

  @Test func `colour does not move the columns`() {
    var table = table([], hasHeader: false)
    table.rows = [[.init("ab", .red), .init("1")], [.init("abcd"), .init("22", .green)]]
    let painted = table.lines(width: nil, Painter(isOn: true))
    #expect(painted == ["\u{1b}[31mab\u{1b}[0m     1", "abcd  \u{1b}[32m22\u{1b}[0m"])
    let stripped = painted.map { $0.replacing(#/\u{1b}\[[0-9]+m/#, with: "") }
    #expect(stripped == table.lines(width: nil, plain))
  }

  @Test(arguments: [
    (ColorChoice.auto, [:], true, true), (.auto, ["NO_COLOR": "1"], true, false),
    (.auto, ["NO_COLOR": ""], true, true), (.auto, [:], false, false),
    (.always, ["NO_COLOR": "1"], false, true), (.never, [:], true, false),
    (.auto, ["TERM": "dumb"], true, false),
  ])
  func `colour follows the flag, then NO_COLOR, then the terminal`(
    color: ColorChoice, environment: [String: String], isInteractive: Bool, isOn: Bool
  ) {
    let terminal = Terminal(
      isInteractive: isInteractive, color: color, environment: environment)
    #expect(terminal.painter.isOn == isOn)
  }

  @Test func `CSV is quoted as RFC 4180 says`() {
    #expect(
      CSVText.line(["a", "b,c", "say \"hi\"", "two\nlines"])
        == "a,\"b,c\",\"say \"\"hi\"\"\",\"two\nlines\"\n")
  }
}
