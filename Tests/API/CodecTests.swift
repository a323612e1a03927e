import PurSightAPI
import PurSightInterop
import PurSightRPC
import Testing

@Suite("Codec")
struct CodecTests {
  @Test func `every type of field is decoded and encoded as Google's implementation does`() throws {
    for fixture in try Fixture.all("all_types.tsv") {
      let message = try AllTypes(serialized: fixture.bytes)
      let isEqual = message.serialized() == fixture.bytes
      #expect(isEqual, "\(fixture.testDescription)")
    }
  }

  @Test func `maps say the same after a round trip`() throws {
    let json = ProtoJSON(testSchema)
    for fixture in try Fixture.all("maps.tsv") {
      let encoded = try AllTypes(serialized: fixture.bytes).serialized()
      let text = try json.text(of: encoded, type: fixture.type)
      let isEqual = try normalized(text) == normalized(fixture.json)
      #expect(isEqual, "\(fixture.testDescription)")
      // Entries are sorted by key, so equal messages have equal bytes.
      let again = try AllTypes(serialized: encoded).serialized()
      #expect(again == encoded)
    }
  }

  // printf 'f_string: "a\\000b" o_int64: 0 c_text: ""
  //   m_text { key: "k" value: "v" } r_int32: [1, -1]' |
  //   protoc -Iproto -I/usr/include --encode=pursight.testing.AllTypes \
  //   pursight/testing/all_types.proto | xxd -p
  @Test func `fields have the values that protoc encoded`() throws {
    let message = try AllTypes(
      serialized: unhex(
        "72036100 62ba010b01ffffffffffffffffff01d002009a03060a016b120176f20300"))
    #expect(message.fString == "a\0b")
    #expect(message.oInt64 == 0)
    #expect(message.choice == .cText(""))
    #expect(message.mText == ["k": "v"])
    #expect(message.rInt32 == [1, -1])
    #expect(message.oString == nil)
    #expect(message.unknownFields.isEmpty)
  }

  @Test func `absent and zero differ where the proto says optional`() throws {
    #expect(AllTypes(oInt64: nil).serialized() == [])
    let zero = AllTypes(oInt64: 0, oString: "", oBytes: [], oColor: .unspecified, oInner: Inner())
    let again = try AllTypes(serialized: zero.serialized())
    #expect(again == zero)
    #expect(again.oInt64 == 0 && again.oInner == Inner() && again.oDouble == nil)
  }

  @Test func `an enum value this build does not know survives`() throws {
    let message = try AllTypes(serialized: unhex("8001e707"))
    #expect(message.fColor == Color(rawValue: 999))
    #expect(message.fColor.name == nil)
    #expect(message.fColor.description == "999")
    #expect(message.serialized() == unhex("8001e707"))
  }

  @Test func `unknown fields of all wire types survive, inside messages too`() throws {
    // Fields 100 (varint), 101 (fixed64), 102 (bytes), 103 (fixed32).
    let unknown = unhex("a00605 a906 0102030405060708 b2060361 6263 bd06 01020304")
    let message = try Inner(serialized: unhex("0807") + unknown)
    #expect(message.number == 7)
    #expect(message.unknownFields.bytes == unknown)
    #expect(message.serialized() == unhex("0807") + unknown)
    let outer = unhex("8a01") + [UInt8(2 + unknown.count)] + unhex("0807") + unknown
    #expect(try AllTypes(serialized: outer).serialized() == outer)
  }

  @Test func `the last of several members of a oneof wins`() throws {
    let message = try AllTypes(serialized: unhex("e80305 f2030161"))
    #expect(message.choice == .cText("a"))
  }

  @Test func `the last of several entries of a map wins, and a missing value is empty`() throws {
    let twice = try AllTypes(serialized: unhex("9a03060a016b120176 9a03060a016b120177"))
    #expect(twice.mText == ["k": "w"])
    // Field 52, entry with key 3 and no value.
    #expect(try AllTypes(serialized: unhex("a203020803")).mInner == [3: Inner()])
  }

  @Test func `numbers that come unpacked are read like packed ones`() throws {
    #expect(try AllTypes(serialized: unhex("b80101 b80102 ba01020304")).rInt32 == [1, 2, 3, 4])
  }

  @Test(arguments: ["72 02 c328", "da01 01 ff", "9a03 04 0a02 c328", "f203 01 80"])
  func `text that is not UTF-8 is INVALID_ARGUMENT and names its field`(hex: String) {
    let error = rpcError { _ = try AllTypes(serialized: unhex(hex)) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("pursight.testing.AllTypes.") == true)
    #expect(error?.message.contains("UTF-8") == true)
  }

  @Test(arguments: [
    "08",  // a tag without its value
    "7205616263",  // a length beyond the end
    "00",  // field number 0
    "0b",  // a group
    "0fff",  // wire type 7
    "20ffffffffffffffffffff01",  // a varint of eleven bytes
    "0a0161",  // f_double as bytes
  ])
  func `malformed bytes are INVALID_ARGUMENT and name the type`(hex: String) {
    let error = rpcError { _ = try AllTypes(serialized: unhex(hex)) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("pursight.testing.AllTypes") == true)
  }

  @Test func `field number 2^29 - 1 is read and 2^29 is refused`() throws {
    #expect(try AllTypes(serialized: unhex("f8ffffff0f 07")).far == 7)
    let error = rpcError { _ = try AllTypes(serialized: unhex("8080808010 07")) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("536870912") == true)
  }

  @Test func `a message that unfolds to far more than its size is RESOURCE_EXHAUSTED`() throws {
    // Ruled.parts is repeated: two bytes on the wire, a C struct each.
    let honest = try Ruled(serialized: Array(repeatElement(unhex("4a00"), count: 1000).joined()))
    #expect(honest.parts.count == 1000)
    // BadRequest.field_violations, empty two million times: 4 MB that would become more than 100
    // MB.
    let hostile = Array(repeatElement(unhex("0a00"), count: 2_000_000).joined())
    let error = rpcError { _ = try BadRequest(serialized: hostile) }
    #expect(error?.code == .resourceExhausted)
    #expect(error?.message.contains("google.rpc.BadRequest of 4000000 bytes") == true)
  }

  @Test func `mutated messages are decoded or refused, never worse`() throws {
    let seed: UInt64 = 7
    var generator = SeededGenerator(seed: seed)
    let fixtures = try Fixture.all("all_types.tsv").map(\.bytes).filter { !$0.isEmpty }
    var accepted = 0
    for _ in 0..<20_000 {
      var bytes = fixtures.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
        default: if bytes.count > 1 { bytes.remove(at: index) }
        }
      }
      guard let message = try? AllTypes(serialized: bytes) else { continue }
      accepted += 1
      // What was accepted says the same after a round trip; NaN is not equal to itself, its bytes
      // are.
      let encoded = message.serialized()
      #expect(try AllTypes(serialized: encoded).serialized() == encoded, "seed \(seed)")
    }
    #expect(accepted > 1000)
  }
}
