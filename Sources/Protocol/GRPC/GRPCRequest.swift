package import PurSightHTTP2
package import PurSightRPC

/// The header block a client opens a call with.
package enum GRPCRequest {
  /// Fills `list` with the fields of a request.
  ///
  /// - Parameters:
  ///   - authority: the `:authority`, host and port.
  ///   - timeout: nanoseconds until the deadline; nil for none.
  ///   - encoding: how compressed messages of this call are compressed.
  package static func fill(
    _ list: HeaderList, path: String, isEncrypted: Bool, authority: String, userAgent: String,
    timeout: UInt64?, encoding: MessageEncoding, metadata: Metadata
  ) {
    list.removeAll()
    list.add(":method", "POST" as StaticString)
    list.add(":scheme", isEncrypted ? "https" : "http" as StaticString)
    list.add(":path", path)
    list.add(":authority", authority)
    list.add("te", "trailers" as StaticString)
    if let timeout { list.add("grpc-timeout", GRPCTimeout.value(nanoseconds: timeout)) }
    list.add("content-type", "application/grpc" as StaticString)
    if encoding == .gzip { list.add("grpc-encoding", "gzip" as StaticString) }
    list.add("grpc-accept-encoding", MessageEncoding.accepted)
    list.add("user-agent", userAgent)
    MetadataCoding.append(metadata, to: list)
  }
}
