import PurSightAPI
import Testing

@testable import PurSightClient

@Suite struct AppendWindowTests {
  private func window(_ rows: [Int64], committed: Int64 = 0) -> AppendWindow {
    var window = AppendWindow(committed: committed)
    for count in rows { window.add(AppendRowsRequest(), rowCount: count) }
    return window
  }

  @Test func `appends get the offsets at which the ones before them end`() {
    let window = window([10, 5, 7], committed: 100)
    #expect(window.pending.map(\.offset) == [100, 110, 115])
    #expect(window.pending.map(\.request.offset) == [100, 110, 115])
    #expect(window.next == 122)
  }

  @Test func `an acknowledgement lets go of everything before it`() throws {
    var window = window([10, 5, 7])
    _ = window.send()
    _ = window.send()
    try window.acknowledge(15)
    #expect(window.pending.map(\.offset) == [15])
    #expect(window.committed == 15)
    #expect(window.sentCount == 0)
    #expect(window.send()?.offset == 15)
    #expect(window.send() == nil)
  }

  @Test func `an older acknowledgement changes nothing`() throws {
    var window = window([10, 5])
    try window.acknowledge(10)
    try window.acknowledge(4)
    #expect(window.committed == 10)
    #expect(window.pending.count == 1)
  }

  @Test(arguments: [3, 12, 16, 100] as [Int64])
  func `an offset at which no append ends is an error`(offset: Int64) {
    var window = window([10, 5])
    let error = #expect(throws: PurSightError.self) { try window.acknowledge(offset) }
    #expect(error?.reason == "OFFSET_MISMATCH")
  }

  @Test func `a new call sends again what is not durable, from where the server is`() throws {
    var window = window([10, 5, 7])
    for _ in 0..<3 { _ = window.send() }
    try window.restart(at: 10)
    #expect(window.send()?.offset == 10)
    #expect(window.send()?.offset == 15)
    #expect(window.send() == nil)
  }

  @Test func `a server that has lost what it acknowledged is an error`() throws {
    var window = window([10, 5])
    try window.acknowledge(10)
    let error = #expect(throws: PurSightError.self) { try window.restart(at: 0) }
    #expect(error?.code == .dataLoss)
  }

  @Test func `the window is full at the server's limit`() {
    var window = window([1, 1])
    window.limits = AppendWindow.Limits(AppendLimits(maxInFlight: 3))
    #expect(!window.isFull)
    window.add(AppendRowsRequest(), rowCount: 1)
    #expect(window.isFull)
  }

  @Test func `the window is full of bytes too, but a single append always finds room`() throws {
    var window = AppendWindow(committed: 0)
    window.limits = AppendWindow.Limits(AppendLimits(maxInFlight: 64))
    let half = [UInt8](repeating: 0, count: AppendWindow.maxBytes / 2)
    window.add(AppendRowsRequest(arrowBatch: half), rowCount: 1)
    #expect(!window.isFull)
    window.add(AppendRowsRequest(arrowBatch: half), rowCount: 1)
    #expect(window.isFull)
    try window.acknowledge(1)
    #expect(!window.isFull)
    try window.acknowledge(2)
    window.add(AppendRowsRequest(arrowBatch: half + half + half), rowCount: 1)
    #expect(window.isFull)
  }

  @Test func `limits that make no sense are set right`() {
    let limits = AppendWindow.Limits(
      AppendLimits(maxBatchBytes: -1, maxBatchRows: 0, maxInFlight: 1_000_000))
    #expect(limits.maxBatchBytes == 1)
    #expect(limits.maxBatchRows == 1)
    #expect(limits.maxInFlight == AppendWindow.Limits.mostInFlight)
  }
}
