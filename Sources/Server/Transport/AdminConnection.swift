internal import PurSightNet

/// One connection of the admin listener: one request after the other. Single-owner on its loop.
final class AdminConnection: IOChannelHandler {
  private let loop: EventLoop
  private let pages: AdminPages
  private let onClose: (AdminConnection) -> Void
  private var channel: IOChannel?
  private var timer: LoopTimer?
  private var inbound: [UInt8] = []
  private var outbound: [UInt8] = []
  private var closesWhenSent = false

  /// From the connection, or the last answer, to the end of the next head.
  private static let requestTimeout = Duration.seconds(10)

  init(
    _ loop: EventLoop, _ pages: AdminPages, onClose: @escaping (AdminConnection) -> Void
  ) {
    self.loop = loop
    self.pages = pages
    self.onClose = onClose
  }

  /// Takes the socket over; returns whether that worked.
  func start(_ descriptor: Int32) -> Bool {
    do throws(NetError) {
      channel = try loop.register(descriptor, interest: .input, handler: self)
    } catch {
      Socket.close(descriptor)
      return false
    }
    let timer = LoopTimer { [unowned self] in close() }
    self.timer = timer
    loop.schedule(timer, after: Self.requestTimeout)
    return true
  }

  func close() {
    guard let channel else { return }
    self.channel = nil
    if let timer { loop.cancel(timer) }
    timer = nil
    channel.close()
    onClose(self)
  }

  func channelIsReady(_ readiness: Readiness) {
    if readiness.contains(.output) { send() }
    if readiness.contains(.input) {
      receive()
    } else if readiness.contains(.hangUp) {
      close()
    }
  }

  func channelFlush() {}

  private func receive() {
    guard let channel else { return }
    switch unsafe Socket.receive(channel.descriptor, into: loop.receiveBlock) {
    case .wouldBlock: return
    case .ended: return close()
    case .bytes(let count):
      // More than one head at a time is never needed; what comes beyond ends the connection.
      guard inbound.count + count <= 2 * HTTP1Request.maxHeadBytes, !closesWhenSent else {
        return refuse(431)
      }
      unsafe inbound.append(contentsOf: loop.receiveBlock[..<count])
    }
    answer()
  }

  private func answer() {
    while channel != nil && !closesWhenSent && outbound.isEmpty {
      switch HTTP1Request.parse(inbound) {
      case .incomplete: return
      case .refused(let status): return refuse(status)
      case .request(let request, let bytes):
        inbound.removeFirst(bytes)
        closesWhenSent = !request.keepsAlive
        let page =
          pages.pages[request.path]?() ?? AdminPages.Page(status: 404, body: "not found\n")
        put(page, withBody: request.method == "GET")
      }
    }
  }

  private func refuse(_ status: Int) {
    closesWhenSent = true
    put(AdminPages.Page(status: status, body: "\(Self.reason(status))\n"), withBody: true)
  }

  private func put(_ page: AdminPages.Page, withBody: Bool) {
    let body = Array(page.body.utf8)
    var head = "HTTP/1.1 \(page.status) \(Self.reason(page.status))\r\n"
    head += "content-type: \(page.contentType)\r\ncontent-length: \(body.count)\r\n"
    head += "cache-control: no-store\r\nx-content-type-options: nosniff\r\n"
    if page.status == 405 { head += "allow: GET, HEAD\r\n" }
    if closesWhenSent { head += "connection: close\r\n" }
    outbound += Array((head + "\r\n").utf8)
    if withBody { outbound += body }
    if let timer { loop.schedule(timer, after: Self.requestTimeout) }
    send()
  }

  private func send() {
    guard let channel else { return }
    var sent = 0
    while sent < outbound.count {
      let result = unsafe outbound.withUnsafeBytes { bytes in
        unsafe Socket.send(
          channel.descriptor, UnsafeRawBufferPointer(rebasing: bytes[sent...]))
      }
      switch result {
      case .bytes(let count): sent += count
      case .ended: return close()
      case .wouldBlock:
        outbound.removeFirst(sent)
        return channel.setInterest([.output])
      }
    }
    outbound = []
    if closesWhenSent { return close() }
    channel.setInterest([.input])
    answer()
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 400: "Bad Request"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 417: "Expectation Failed"
    case 431: "Request Header Fields Too Large"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    default: "Error"
    }
  }
}
