internal import PurSightGRPC
internal import PurSightHTTP2
internal import PurSightRPC

/// Header fields, one a line, name and value parted by a colon behind the name's first byte.
func fuzzHeaders(_ bytes: [UInt8]) {
  var block: [UInt8] = []
  for line in bytes.split(separator: UInt8(ascii: "\n")) {
    let colon = line.dropFirst().firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    let (name, value) = (line[..<colon], line[colon...].dropFirst())
    // The transport never gathers longer parts.
    guard name.count <= 0xFFFF, value.count <= 0xFFFF else { return }
    for count in [name.count, value.count] {
      block += [UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)]
    }
    block += name
    block += value
    checkCodings(Array(value))
  }
  unsafe block.withUnsafeBytes { block in
    let fields = unsafe HeaderFields(block)
    let head = GRPCRequestHead(fields)
    if let refusal = head.refusal {
      let list = HeaderList()
      GRPCResponse.fillTrailersOnly(list, refusal, Metadata())
      precondition(list.fields.contains { $0.name == "grpc-status" && $0.value != "0" })
    }
    let metadata = MetadataCoding.decode(fields)
    let list = HeaderList()
    MetadataCoding.append(metadata, to: list)
    for (name, value) in list.fields {
      precondition(!name.hasPrefix("grpc-") && !name.hasPrefix(":"))
      precondition(value.utf8.allSatisfy { $0 >= 0x20 && $0 <= 0x7E }, "a value splits the block")
    }
  }
}

/// What is written can be read again.
private func checkCodings(_ value: [UInt8]) {
  let binary = Array(BinaryValue.encode(value).utf8)
  unsafe binary.withUnsafeBytes { bytes in
    unsafe precondition(BinaryValue.decode(bytes[...]) == value)
  }
  unsafe value.withUnsafeBytes { bytes in
    _ = unsafe BinaryValue.decode(bytes[...])
    let text = unsafe PercentCoding.decode(bytes)
    let encoded = Array(PercentCoding.encode(text).utf8)
    unsafe encoded.withUnsafeBytes { unsafe precondition(PercentCoding.decode($0) == text) }
    if let timeout = unsafe GRPCTimeout.nanoseconds(bytes) {
      let written = Array(GRPCTimeout.value(nanoseconds: timeout).utf8)
      unsafe written.withUnsafeBytes {
        guard let again = unsafe GRPCTimeout.nanoseconds($0) else {
          preconditionFailure("a timeout that was written is malformed")
        }
        precondition(again >= timeout, "a timeout became shorter")
      }
    }
  }
}
