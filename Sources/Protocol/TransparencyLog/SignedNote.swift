internal import PurSightCrypto

/// A text with signatures (C2SP signed-note). Reading one checks its form only; no text may be
/// believed before `signature(of:)` answered.
package struct SignedNote: Hashable, Sendable, CustomStringConvertible {
  /// One signature line.
  package struct Signature: Hashable, Sendable {
    /// The name of the key.
    package let name: String
    /// Four bytes that tell keys of one name apart.
    package let keyID: [UInt8]
    /// What the key made.
    package let bytes: [UInt8]

    /// Makes a signature line.
    package init(name: String, keyID: [UInt8], bytes: [UInt8]) {
      self.name = name
      self.keyID = keyID
      self.bytes = bytes
    }
  }

  /// The longest note, in bytes.
  package static let maxBytes = 1 << 20
  /// The most signature lines.
  package static let maxSignatures = 100

  /// The signed text with its final newline.
  package let text: String
  /// The signatures, at least one.
  package let signatures: [Signature]

  /// Puts a note together.
  ///
  /// Throws `malformed` when it could not be read again: a text without final newline, control
  /// characters, no signature, a wrong key name.
  package init(text: String, signatures: [Signature]) throws(TransparencyLogError) {
    guard text.utf8.last == UInt8(ascii: "\n"), Self.isClean(text) else {
      throw Self.malformed("its text has no final newline or has control characters")
    }
    guard (1...Self.maxSignatures).contains(signatures.count) else {
      throw Self.malformed("it has \(signatures.count) signatures, not 1 to \(Self.maxSignatures)")
    }
    guard
      signatures.allSatisfy({
        VerifierKey.isName($0.name) && $0.keyID.count == 4 && !$0.bytes.isEmpty
      })
    else { throw Self.malformed("a signature has a wrong key name or key id") }
    self.text = text
    self.signatures = signatures
  }

  /// Reads a note.
  ///
  /// Throws `tooLarge` beyond `maxBytes`, `malformed` for another form.
  package init(parsing note: String) throws(TransparencyLogError) {
    let bytes = Array(note.utf8)
    guard bytes.count <= Self.maxBytes else {
      throw TransparencyLogError(.tooLarge, "A note has at most \(Self.maxBytes) bytes")
    }
    let newline = UInt8(ascii: "\n")
    guard
      bytes.last == newline, Self.isClean(note),
      let blank = bytes.indices.dropFirst().last(where: {
        bytes[$0] == newline && bytes[$0 - 1] == newline
      })
    else { throw Self.malformed("it has no blank line before its signatures") }
    let lines = bytes[(blank + 1)...].dropLast().split(
      separator: newline, maxSplits: Self.maxSignatures, omittingEmptySubsequences: false)
    var signatures: [Signature] = []
    for line in lines { signatures.append(try Self.signature(line)) }
    try self.init(text: String(decoding: bytes[..<blank], as: UTF8.self), signatures: signatures)
  }

  /// The note's text form.
  package var description: String {
    let lines = signatures.map {
      "\(Self.dash)\($0.name) \(Base64.encode($0.keyID + $0.bytes))\n"
    }
    return text + "\n" + lines.joined()
  }

  /// The valid Ed25519 signature of a key over the text.
  ///
  /// Throws `untrusted` when there is none or one that is not valid.
  package func signature(of key: VerifierKey) throws(TransparencyLogError) -> Signature {
    guard let signature = first(key, .ed25519) else {
      throw TransparencyLogError(
        .untrusted,
        "The note is not signed by \(key.name)+\(Hexadecimal.encode(key.keyID)), but by "
          + signatures.map { "\($0.name)+\(Hexadecimal.encode($0.keyID))" }.joined(separator: ", "))
    }
    guard key.publicKey.isValid(signature.bytes, for: Array(text.utf8)) else {
      throw TransparencyLogError(.untrusted, "The signature of \(key.name) is not valid")
    }
    return signature
  }

  /// The first signature line of a key and type; further ones of the same key are ignored.
  func first(_ key: VerifierKey, _ type: SignatureType) -> Signature? {
    let keyID = key.keyID(type)
    return signatures.first { $0.name == key.name && $0.keyID == keyID }
  }

  private static let dash = "\u{2014} "

  private static func signature(
    _ line: ArraySlice<UInt8>
  ) throws(TransparencyLogError) -> Signature {
    let space = UInt8(ascii: " ")
    let prefix = Array(dash.utf8)
    guard line.starts(with: prefix), let end = line.lastIndex(of: space) else {
      throw malformed("a signature line does not begin with a dash, a space and a name")
    }
    let nameStart = line.startIndex + prefix.count
    let nameBytes = line[nameStart..<max(end, nameStart)]
    guard
      let bytes = try? Base64.decode(String(decoding: line[(end + 1)...], as: UTF8.self)),
      bytes.count > 4
    else { throw malformed("a signature is no base64 of key id and signature") }
    return Signature(
      name: String(decoding: nameBytes, as: UTF8.self), keyID: Array(bytes.prefix(4)),
      bytes: Array(bytes.dropFirst(4)))
  }

  /// Whether a text has no control character other than newline.
  private static func isClean(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A }
  }

  private static func malformed(_ what: String) -> TransparencyLogError {
    TransparencyLogError(.malformed, "This is no signed note: \(what)")
  }
}
