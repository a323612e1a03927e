/// A queue that does not move its elements; a value.
struct FIFO<Element> {
  private var elements: [Element?] = []
  private var head = 0

  var isEmpty: Bool { head == elements.count }
  var count: Int { elements.count - head }
  var first: Element? { isEmpty ? nil : elements[head] }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func popFirst() -> Element? {
    guard head < elements.count else { return nil }
    let element = elements[head].take()
    head += 1
    if head == elements.count {
      elements.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 1024, head * 2 > elements.count {
      // A queue that is never empty would grow for ever.
      elements.removeFirst(head)
      head = 0
    }
    return element
  }

  /// Calls `body` with each element, in order.
  func forEach(_ body: (Element) -> Void) {
    for index in head..<elements.count {
      if let element = elements[index] { body(element) }
    }
  }

  /// Removes the elements that a condition holds for, in order.
  mutating func removeAll(where condition: (Element) -> Bool) {
    var kept: [Element?] = []
    while let element = popFirst() {
      if !condition(element) { kept.append(element) }
    }
    elements = kept
    head = 0
  }
}
