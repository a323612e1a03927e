package import PurSightHTTP2
package import PurSightRPC

/// The header blocks a server answers with.
package enum GRPCResponse {
  /// The usual head of a response with messages.
  package static let head = HeaderList.permanent([
    (":status", "200"), ("content-type", "application/grpc"),
  ])

  /// The trailers of a call that went well and has none of its own.
  package static let okTrailers = HeaderList.permanent([("grpc-status", "0")])

  /// The head of a response that has initial metadata or compresses.
  package static func fillHead(
    _ list: HeaderList, _ metadata: Metadata, encoding: MessageEncoding
  ) {
    list.removeAll()
    list.add(":status", "200" as StaticString)
    list.add("content-type", "application/grpc" as StaticString)
    if encoding == .gzip { list.add("grpc-encoding", "gzip" as StaticString) }
    list.add("grpc-accept-encoding", MessageEncoding.accepted)
    MetadataCoding.append(metadata, to: list)
  }

  /// The trailers of a call that went well, with metadata.
  package static func fillTrailers(_ list: HeaderList, _ metadata: Metadata) {
    list.removeAll()
    list.add("grpc-status", "0" as StaticString)
    MetadataCoding.append(metadata, to: list)
  }

  /// The trailers of a call that failed.
  package static func fillTrailers(_ list: HeaderList, _ error: RPCError, _ metadata: Metadata) {
    list.removeAll()
    appendStatus(list, error, metadata)
  }

  /// Head and status in one block, for a call that fails before its first message.
  package static func fillTrailersOnly(
    _ list: HeaderList, _ error: RPCError, _ metadata: Metadata
  ) {
    list.removeAll()
    list.add(":status", "200" as StaticString)
    list.add("content-type", "application/grpc" as StaticString)
    if error.code == .unimplemented { list.add("grpc-accept-encoding", MessageEncoding.accepted) }
    appendStatus(list, error, metadata)
  }

  /// `grpc-message`, encoded. Clients take 8 KiB of trailers by default, and some of them fail the
  /// call in a way of their own when there is more.
  package static let maxMessageBytes = 2 << 10
  /// `grpc-status-details-bin`, encoded.
  package static let maxDetailsBytes = 5 << 10

  /// The details as far as they have room; the last ones go first. Nil without any.
  private static func detailsValue(_ error: RPCError) -> String? {
    var error = error
    while !error.details.isEmpty {
      // The message is in there once more; it is what gives way first.
      for message in [error.message, ""] {
        var shown = error
        shown.message = message
        let value = BinaryValue.encode(StatusDetails.encode(shown))
        if value.utf8.count <= maxDetailsBytes { return value }
      }
      error.details.removeLast()
    }
    return nil
  }

  private static func appendStatus(
    _ list: HeaderList, _ error: RPCError, _ metadata: Metadata
  ) {
    list.add("grpc-status", String(error.code.rawValue))
    if !error.message.isEmpty {
      list.add("grpc-message", PercentCoding.encode(error.message, limit: maxMessageBytes))
    }
    if let details = detailsValue(error) { list.add("grpc-status-details-bin", details) }
    MetadataCoding.append(metadata, to: list)
    MetadataCoding.append(error.trailers, to: list)
  }
}
