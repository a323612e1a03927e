internal import PurSightGRPC
internal import PurSightRPC

/// Length-prefixed messages. The first byte is the size of the pieces they arrive in, the second
/// says whether they may be compressed.
func fuzzFraming(_ bytes: [UInt8]) {
  var input = FuzzInput(bytes)
  let size = max(input.number(), 1)
  let isCompressed = input.number() % 2 == 1
  var inbox = MessageInbox()
  inbox.maxMessageBytes = 64 << 10
  inbox.encoding = isCompressed ? .gzip : .identity
  var taken = 0
  for piece in input.pieces(of: size) {
    unsafe piece.withUnsafeBytes { unsafe inbox.append($0) }
    do throws(RPCError) {
      while let message = try unsafe inbox.take() {
        precondition(message.count <= inbox.maxMessageBytes)
        if !inbox.lastWasCompressed { taken += message.count }
      }
    } catch {
      precondition(error.code == .internal || error.code == .resourceExhausted)
      return
    }
  }
  precondition(taken <= input.rest.count, "messages out of nothing")
}
