import PurSightGRPC
import PurSightRPC
import Testing

/// An inbox behind a reference, so that expectations can name it.
private final class Inbox {
  private var inbox = MessageInbox()

  var encoding: MessageEncoding {
    get { inbox.encoding }
    set { inbox.encoding = newValue }
  }
  var maxMessageBytes: Int {
    get { inbox.maxMessageBytes }
    set { inbox.maxMessageBytes = newValue }
  }
  var isReady: Bool { inbox.isReady }
  var isDrained: Bool { inbox.isDrained }
  var holdsOneMessage: Bool { inbox.holdsOneMessage }
  var holdsMoreThanOneMessage: Bool { inbox.holdsMoreThanOneMessage }
  var lastWasCompressed: Bool { inbox.lastWasCompressed }
  var error: RPCError? { inbox.error }

  func append(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe inbox.append($0) } }

  func take() throws(RPCError) -> [UInt8]? {
    guard let bytes = unsafe try inbox.take() else { return nil }
    return unsafe Array(bytes)
  }

  /// How `take` fails; nil if it does not.
  func failure() -> RPCCode? {
    do throws(RPCError) {
      _ = try take()
      return nil
    } catch {
      return error.code
    }
  }
}

@Suite("MessageInbox") struct MessageInboxTests {
  private func frame(_ content: [UInt8], flag: UInt8 = 0) -> [UInt8] {
    let count = UInt32(content.count)
    return [
      flag, UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255),
      UInt8(count & 255),
    ] + content
  }

  @Test func `messages come out however the bytes are cut`() throws {
    let messages: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 300), [9]]
    let wire = messages.flatMap { frame($0) }
    for size in 1...wire.count {
      let inbox = Inbox()
      var (out, offset): ([[UInt8]], Int) = ([], 0)
      while offset < wire.count {
        inbox.append(Array(wire[offset..<min(offset + size, wire.count)]))
        offset += size
        while let message = try inbox.take() { out.append(message) }
      }
      #expect(out == messages)
      #expect(inbox.isDrained)
    }
  }

  @Test func `half a message is not ready and not drained`() throws {
    let inbox = Inbox()
    inbox.append(Array(frame([1, 2, 3]).dropLast()))
    #expect(!inbox.isReady)
    #expect(try inbox.take() == nil)
    #expect(!inbox.isDrained)
    inbox.append([3])
    #expect(inbox.isReady)
    #expect(inbox.holdsOneMessage)
    inbox.append(frame([]))
    #expect(inbox.holdsMoreThanOneMessage)
  }

  @Test func `a message at the limit passes, one byte more is refused at its prefix`() throws {
    let inbox = Inbox()
    inbox.maxMessageBytes = 10
    inbox.append(frame(Array(repeating: 1, count: 10)))
    #expect(try inbox.take()?.count == 10)
    inbox.append([0, 0, 0, 0, 11])
    #expect(inbox.failure() == .resourceExhausted)
    #expect(inbox.error?.code == .resourceExhausted)
  }

  @Test func `a prefix takes no memory for what it announces`() throws {
    // Four gigabytes announced, nothing sent: refused by the limit, and with the limit lifted only
    // waited for.
    let inbox = Inbox()
    inbox.maxMessageBytes = MessageFraming.maxLength
    inbox.append([0, 255, 255, 255, 255])
    #expect(inbox.error == nil)
    #expect(try inbox.take() == nil)
  }

  @Test func `an unknown flag and an unannounced compression are INTERNAL`() {
    let unknown = Inbox()
    unknown.append(frame([1], flag: 2))
    #expect(unknown.error?.code == .internal)
    let unannounced = Inbox()
    unannounced.append(frame([1], flag: 1))
    #expect(unannounced.error?.code == .internal)
  }

  // Made by Python's gzip of "hello hello hello hello".
  private let gzipped: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57,
    0xc8, 0x40, 0x27, 0x01, 0xe3, 0x51, 0x3d, 0x8d, 0x17, 0x00, 0x00, 0x00,
  ]

  @Test func `a compressed message is decompressed and told from a plain one`() throws {
    let inbox = Inbox()
    inbox.encoding = .gzip
    inbox.append(frame(gzipped, flag: 1) + frame([5]))
    #expect(try inbox.take() == Array("hello hello hello hello".utf8))
    #expect(inbox.lastWasCompressed)
    #expect(try inbox.take() == [5])
    #expect(!inbox.lastWasCompressed)
  }

  @Test func `the limit holds for what comes out of gzip`() throws {
    for (limit, passes) in [(23, true), (22, false)] {
      let inbox = Inbox()
      inbox.encoding = .gzip
      // The compressed message itself is 28 bytes, which the prefix check would refuse: leave that
      // out of this test by a plain limit above it.
      inbox.maxMessageBytes = max(limit, gzipped.count)
      inbox.append(frame(gzipped, flag: 1))
      inbox.maxMessageBytes = limit
      if passes {
        #expect(try inbox.take()?.count == 23)
      } else {
        #expect(inbox.failure() == .resourceExhausted)
      }
    }
  }

  @Test func `bytes that are no gzip are INTERNAL`() {
    let inbox = Inbox()
    inbox.encoding = .gzip
    inbox.append(frame(Array(gzipped.dropLast(3)), flag: 1))
    #expect(inbox.failure() == .internal)
  }
}
