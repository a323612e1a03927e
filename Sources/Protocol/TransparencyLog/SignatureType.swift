/// The signature types of C2SP signed-note that PurSight writes.
enum SignatureType: UInt8 {
  /// Ed25519 over the note's text.
  case ed25519 = 0x01
  /// Ed25519 over a time and the note's text (C2SP tlog-cosignature).
  case timestamped = 0x04
}
