internal import PurSightGRPC
package import PurSightHTTP2
package import PurSightRPC

// The way out: messages, the head before them, and how the call ended.
extension Exchange {
  /// The flag of the envelope that ends a Connect stream.
  private static let endOfStreamFlag: UInt8 = 0b10
  /// The flag of gRPC-Web's frame with the trailers.
  private static let trailersFlag: UInt8 = 0x80

  /// Appends one message of the answer to `outbound`. After a message that has no JSON form
  /// nothing is appended any more, and the call ends with that error.
  package func encode(
    _ message: UnsafeRawBufferPointer, isCompressed: Bool, into outbound: inout ByteBuffer
  ) {
    if failure != nil { return }
    do throws(RPCError) {
      let content = try response(unsafe Array(message))
      let bytes = isCompressed ? MessageEncoding.compress(content) : content
      if form.isUnary {
        isBodyCompressed = isCompressed
        outbound.append(bytes)
      } else {
        append(bytes, flag: isCompressed ? 1 : 0, to: &outbound)
      }
    } catch {
      failure = error
    }
  }

  private func response(_ message: [UInt8]) throws(RPCError) -> [UInt8] {
    guard form.codec == .json, let json, let method else { return message }
    return try json.response(message, of: method)
  }

  private func append(_ content: [UInt8], flag: UInt8, to outbound: inout ByteBuffer) {
    var frame: [UInt8] = [flag]
    frame.reserveCapacity(MessageFraming.prefixBytes + content.count)
    let length = UInt32(truncatingIfNeeded: content.count)
    for shift in [24, 16, 8, 0] as [UInt32] {
      frame.append(UInt8(truncatingIfNeeded: length >> shift))
    }
    frame += content
    outbound.append(form.isText ? Base64Stream.encode(frame) : frame)
  }

  /// The head of a stream's answer.
  package func fillHead(_ list: HeaderList, _ metadata: Metadata, mayCompress: Bool) {
    list.removeAll()
    list.add(":status", "200" as StaticString)
    list.add("content-type", form.contentType)
    if form.isWeb {
      if mayCompress { list.add("grpc-encoding", "gzip" as StaticString) }
      list.add("grpc-accept-encoding", MessageEncoding.accepted)
    } else {
      if mayCompress { list.add("connect-content-encoding", "gzip" as StaticString) }
      list.add("connect-accept-encoding", "gzip" as StaticString)
    }
    MetadataCoding.append(metadata, to: list)
  }

  /// Appends what ends a stream's answer: how the call ended and its trailing metadata.
  package func appendEnd(
    _ error: RPCError?, _ trailers: Metadata, to outbound: inout ByteBuffer
  ) {
    if form.isWeb {
      let list = HeaderList()
      if let error {
        GRPCResponse.fillTrailers(list, error, trailers)
      } else {
        GRPCResponse.fillTrailers(list, trailers)
      }
      var text = ""
      for field in list.fields { text += "\(field.name): \(field.value)\r\n" }
      append(Array(text.utf8), flag: Self.trailersFlag, to: &outbound)
    } else {
      var metadata = trailers
      if let error { metadata.append(contentsOf: error.trailers) }
      append(
        ConnectStatus.endOfStream(error, metadata, json), flag: Self.endOfStreamFlag,
        to: &outbound)
    }
  }

  /// The head of a unary answer whose body, of `length` bytes, is its message.
  package func fillUnaryHead(
    _ list: HeaderList, _ metadata: Metadata, _ trailers: Metadata, length: Int
  ) {
    list.removeAll()
    list.add(":status", "200" as StaticString)
    list.add("content-type", form.contentType)
    list.add("content-length", String(length))
    list.add("accept-encoding", "gzip" as StaticString)
    if isBodyCompressed { list.add("content-encoding", "gzip" as StaticString) }
    MetadataCoding.append(metadata, to: list)
    appendTrailers(trailers, to: list)
  }

  /// Fills the head of a unary answer that failed and returns its body.
  package func fillUnaryError(
    _ list: HeaderList, _ error: RPCError, _ metadata: Metadata, _ trailers: Metadata
  ) -> [UInt8] {
    let body = ConnectStatus.body(error, json)
    list.removeAll()
    list.add(":status", String(ConnectStatus.httpStatus(error.code)))
    list.add("content-type", "application/json" as StaticString)
    list.add("content-length", String(body.count))
    list.add("accept-encoding", "gzip" as StaticString)
    MetadataCoding.append(metadata, to: list)
    var all = trailers
    all.append(contentsOf: error.trailers)
    appendTrailers(all, to: list)
    return body
  }

  /// A unary answer has no trailers; they are fields of its head.
  private func appendTrailers(_ trailers: Metadata, to list: HeaderList) {
    let own = HeaderList()
    MetadataCoding.append(trailers, to: own)
    for field in own.fields { list.add("trailer-" + field.name, field.value) }
  }

  /// Why no further message could be sent; nil while all went well.
  package var answerFailure: RPCError? { failure }
}
