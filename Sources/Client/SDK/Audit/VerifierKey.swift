internal import PurSightRPC
internal import PurSightTransparencyLog

/// The public key of an audit log: the only thing that a proof has to be trusted on.
///
/// Its text is C2SP's verifier key, such as `pursight-prod+3f9c01ab+AVb…`. Keep it where the
/// server cannot change it.
public struct VerifierKey: Sendable, Hashable, CustomStringConvertible {
  let key: PurSightTransparencyLog.VerifierKey

  /// - Throws: `INVALID_ARGUMENT` for text that is no such key.
  public init(_ text: String) throws(PurSightError) {
    do throws(TransparencyLogError) {
      key = try PurSightTransparencyLog.VerifierKey(parsing: text)
    } catch {
      throw PurSightError(.invalidArgument, "The text is no verifier key: \(error).")
    }
  }

  /// The log's name.
  public var name: String { key.name }

  /// Name and key id, such as `pursight-prod+3f9c01ab`: enough for people to compare.
  public var shortName: String {
    let digits = key.keyID.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "\(key.name)+\(digits.joined())"
  }

  /// The text.
  public var description: String { key.description }
}

extension PurSightError {
  /// What a proof did not hold for.
  init(_ error: TransparencyLogError) {
    let (code, reason): (RPCCode, String) =
      switch error.code {
      case .malformed, .invalidArgument, .tooLarge: (.invalidArgument, "MALFORMED")
      case .untrusted: (.permissionDenied, "UNTRUSTED")
      case .changed: (.dataLoss, "CHANGED")
      case .missing: (.dataLoss, "MISSING")
      case .forked: (.dataLoss, "FORKED")
      }
    self.init(
      code, error.message.hasSuffix(".") ? error.message : error.message + ".", reason: reason)
  }
}
