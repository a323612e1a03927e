/// What a user of the command line can do when a server cannot be reached.
///
/// The SDK's message says what is wrong; this names the flags and commands that change it.
enum ConnectionHint {
  static func of(_ message: String) -> String? {
    let text = message.lowercased()
    return table.first { row in row.words.contains { text.contains($0) } }?.hint
  }

  /// The message without the general advice at its end, which the hint says better: what follows
  /// the first colon or semicolon of the last sentence.
  static func withoutAdvice(_ message: String) -> String {
    guard let start = message.ranges(of: ". ").last?.upperBound else { return message }
    let last = message[start...]
    let marks = [": ", "; "].compactMap { last.firstRange(of: $0)?.lowerBound }
    guard let mark = marks.min() else { return message }
    return message[..<mark] + "."
  }

  private static let table: [(words: [String], hint: String)] = [
    (
      ["does not speak tls", "wrong version number"],
      "Use the port with TLS, or --plaintext where the server has no TLS; PURSIGHT_ADDRESS and "
        + "`pursightctl context show` say where you are."
    ),
    (
      ["wants a client certificate", "may want a client certificate", "certificate required"],
      "Give --cert and --key (PURSIGHT_TLS_CERT, PURSIGHT_TLS_KEY), or use a context that has them."
    ),
    (
      ["may want tls"],
      "Leave --plaintext out, and give the server's CA with --ca (PURSIGHT_TLS_CA)."
    ),
    (
      ["for another name", "hostname mismatch", "ip address mismatch"],
      "Use an address that the certificate names, or say the name with --server-name."
    ),
    (
      ["has expired"],
      "Renew it; `pursightctl doctor` says whose certificate it is."
    ),
    (
      ["is not trusted", "unknown ca", "verify failed"],
      "Give the CA that issued the server's certificate: --ca (PURSIGHT_TLS_CA)."
    ),
    (
      ["not accept our certificate", "refused our certificate"],
      "Take a certificate of the server's own CA: `pursightd certificate NAME` makes one in "
        + "development."
    ),
    (
      ["refused", "nothing listens"],
      "Start the server (`pursightd dev`), or correct the address: --address, PURSIGHT_ADDRESS, "
        + "`pursightctl context use`."
    ),
    (
      ["check the name", "not known", "name resolution"],
      "Correct the host's name: --address, PURSIGHT_ADDRESS or the context; `pursightctl doctor` "
        + "looks at every step."
    ),
    (
      ["did not answer within", "timed out"],
      "A firewall may be in between; `pursightctl doctor` looks at every step."
    ),
  ]
}
