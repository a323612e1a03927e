@testable import PurSightApp
import Testing

@Suite struct ReadinessTests {
  @Test func `a watcher hears each change and the state at its begin`() async {
    let readiness = Readiness()
    guard var changes = readiness.changes()?.makeAsyncIterator() else {
      Issue.record("nobody may watch")
      return
    }
    #expect(await changes.next() == false)
    readiness.set(isServing: true)
    #expect(await changes.next() == true)
    readiness.set(isServing: true)
    readiness.set(isServing: false)
    #expect(await changes.next() == false)
  }

  @Test func `who watches hears of the drain and is let go`() async {
    let readiness = Readiness()
    readiness.set(isServing: true)
    guard var changes = readiness.changes()?.makeAsyncIterator() else {
      Issue.record("nobody may watch")
      return
    }
    #expect(await changes.next() == true)
    readiness.beginDrain()
    #expect(await changes.next() == false)
    #expect(await changes.next() == nil)
  }

  @Test func `who drains is not ready again`() {
    let readiness = Readiness()
    readiness.set(isServing: true)
    readiness.beginDrain()
    readiness.set(isServing: true)
    #expect(!readiness.isServing)
  }

  @Test func `only so many may watch, and who stops makes room`() async {
    let readiness = Readiness()
    var watchers = (0..<Readiness.maxWatchers).map { _ in readiness.changes() }
    #expect(watchers.allSatisfy { $0 != nil })
    #expect(readiness.changes() == nil)
    watchers.removeAll()
    #expect(readiness.changes() != nil)
  }
}
