/// The name of a workload, `spiffe://<trust domain>/<path>` (SPIFFE-ID §2).
///
/// Two names are the same when their texts are: there is no normalisation, so that no two texts
/// reach one set of rights. Percent signs, dots as segments, ports, user names, queries, fragments
/// and upper-case trust domains are refused.
package struct SPIFFEID: Hashable, Sendable, CustomStringConvertible {
  /// The longest name, in bytes (SPIFFE-ID §2.3).
  package static let maxBytes = 2048
  /// The longest trust domain, in bytes.
  package static let maxTrustDomainBytes = 255

  /// Who issued the name, such as `dev`.
  package let trustDomain: String
  /// The path with its leading slash, such as `/admin`; empty for the trust domain itself.
  package let path: String

  /// The whole name.
  package var description: String { "spiffe://\(trustDomain)\(path)" }

  /// Reads a name.
  ///
  /// Throws `malformed` with the rule that the text breaks.
  package init(parsing text: String) throws(CryptoError) {
    let scheme = "spiffe://"
    guard text.utf8.count <= Self.maxBytes else {
      throw Self.malformed("is longer than \(Self.maxBytes) bytes")
    }
    guard text.utf8.starts(with: scheme.utf8) else {
      throw Self.malformed("does not begin with spiffe://")
    }
    let rest = Array(text.utf8.dropFirst(scheme.utf8.count))
    let slash = UInt8(ascii: "/")
    let domain = rest.prefix { $0 != slash }
    let segments = rest.dropFirst(domain.count).split(
      separator: slash, omittingEmptySubsequences: false)
    guard !domain.isEmpty, domain.count <= Self.maxTrustDomainBytes else {
      throw Self.malformed("has a trust domain of \(domain.count) bytes, not 1 to 255")
    }
    guard domain.allSatisfy(Self.belongsInTrustDomain) else {
      throw Self.malformed("has a trust domain with other characters than a-z 0-9 . - _")
    }
    if !segments.isEmpty {
      // The path begins with a slash, so the first piece is the empty text before it.
      for segment in segments.dropFirst() {
        guard !segment.isEmpty else { throw Self.malformed("has an empty path segment") }
        guard segment.contains(where: { $0 != UInt8(ascii: ".") }) || segment.count > 2 else {
          throw Self.malformed("has . or .. as a path segment")
        }
        guard segment.allSatisfy(Self.belongsInPath) else {
          throw Self.malformed("has a path with other characters than a-z A-Z 0-9 . - _")
        }
      }
    }
    trustDomain = String(decoding: domain, as: UTF8.self)
    path = String(decoding: rest.dropFirst(domain.count), as: UTF8.self)
  }

  /// Takes the identity from a leaf certificate whose chain TLS has already verified
  /// (X509-SVID §4 and §5).
  ///
  /// Throws `authenticationFailed` unless the certificate holds exactly one URI name, which is a
  /// SPIFFE ID with a path in `trustDomain`, is no authority, may sign data and nothing else, and
  /// names both TLS purposes if it names any.
  package init(verifiedLeaf leaf: Certificate, trustDomain: String) throws(CryptoError) {
    let names = leaf.subjectAlternativeNames.compactMap { name -> String? in
      if case .uri(let text) = name { text } else { nil }
    }
    guard names.count == 1 else {
      throw Self.refused("has \(names.count) URI names, not exactly one")
    }
    let identity: SPIFFEID
    do throws(CryptoError) {
      identity = try SPIFFEID(parsing: names[0])
    } catch {
      throw CryptoError(.authenticationFailed, error.message)
    }
    guard identity.trustDomain == trustDomain else {
      throw Self.refused("is of the trust domain \(identity.trustDomain), not \(trustDomain)")
    }
    guard !identity.path.isEmpty else { throw Self.refused("names a trust domain, no workload") }
    guard !leaf.isAuthority else { throw Self.refused("is a signing certificate (CA:TRUE)") }
    guard let usage = leaf.keyUsage, usage.contains(.digitalSignature) else {
      throw Self.refused("does not allow digitalSignature")
    }
    guard usage.isDisjoint(with: [.certificateSigning, .revocationListSigning]) else {
      throw Self.refused("may sign certificates or revocation lists")
    }
    if let purposes = leaf.extendedKeyUsage {
      guard purposes.isSuperset(of: [.serverAuthentication, .clientAuthentication]) else {
        throw Self.refused("does not name both serverAuth and clientAuth")
      }
    }
    self = identity
  }

  private static func belongsInTrustDomain(_ character: UInt8) -> Bool {
    switch character {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func belongsInPath(_ character: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(character) || belongsInTrustDomain(character)
  }

  private static func malformed(_ what: String) -> CryptoError {
    CryptoError(.malformed, "The SPIFFE ID \(what)")
  }

  private static func refused(_ what: String) -> CryptoError {
    CryptoError(.authenticationFailed, "The peer's certificate \(what)")
  }
}
