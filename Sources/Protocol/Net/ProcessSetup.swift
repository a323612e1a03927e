#if canImport(Glibc)
  internal import CPurSightLinux
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What a server process sets once, before its first thread.
package enum ProcessSetup {
  /// Blocks from this size on come from their own mapping, in bytes.
  private static let mapThresholdBytes: Int32 = 32 << 20
  /// Free memory at the heap's top that is kept, in bytes.
  private static let trimThresholdBytes: Int32 = 256 << 20
  /// How much further than needed the heap grows, in bytes.
  private static let topPadBytes: Int32 = 1 << 20

  /// A peer that goes away is an error of `send`, not a signal; large messages do not make the
  /// allocator give memory back and fault it in again, message by message.
  package static func prepare() {
    _ = signal(SIGPIPE, SIG_IGN)
    #if canImport(Glibc)
      // Setting the first of them ends glibc's own adaptation, so all are set.
      _ = mallopt(M_MMAP_THRESHOLD, mapThresholdBytes)
      _ = mallopt(M_TRIM_THRESHOLD, trimThresholdBytes)
      _ = mallopt(M_TOP_PAD, topPadBytes)
    #endif
  }
}
