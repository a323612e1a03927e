/// What a file may do that others may not, each with its reason. Keep it short.
enum Exceptions {
  /// Files that may trap or print, by what they may contain.
  static let words: [String: Set<String>] = [
    // The entry points of programs: text out is what they are for.
    "print(": [
      "Sources/protogen/Main.swift", "Sources/Interop/interop-server/Main.swift",
      "Sources/Interop/interop-client/Main.swift",
      "examples/late-planes/main.swift",
    ],
    "fatalError(": [],
    "try!": [],
    "as!": [],
  ]

  /// Folders whose files may say `unsafe`: the hot path and the owners of C handles.
  static let unsafeFolders = [
    "Sources/Protocol/API/Coding/", "Sources/Protocol/API/Descriptors/",
    "Sources/Protocol/API/Generated/", "Sources/Protocol/Net/",
    "Sources/Protocol/TLS/", "Sources/Protocol/Crypto/", "Sources/Protocol/HTTP2/",
    "Sources/Protocol/GRPC/", "Sources/Protocol/Connect/", "Sources/Protocol/RPC/",
    "Sources/Protocol/Compression/",
    "Sources/Protocol/Arrow/", "Sources/Server/Transport/", "Sources/Server/Postgres/",
    "Sources/Server/PrivateCluster/", "Sources/Server/App/System/", "Sources/Client/Transport/",
    "Sources/Client/SDK/System/", "Sources/pursightctl/System/",
    "Sources/Interop/",
    "Sources/protogen/",
  ]

  /// Files elsewhere that may say `unsafe`: inner loops over bytes.
  static let unsafeFiles: Set<String> = [
    "Sources/Protocol/Formats/CSVTokenizer.swift", "Sources/Server/Compute/Vector/Bytes.swift",
    "Sources/Server/Compute/Rules/ReadableType.swift",
    "Sources/Server/Compute/Vector/PreparedList.swift",
    "Sources/Server/Compute/Vector/Register+Text.swift",
    "Sources/Server/Compute/Profile/TextCounts.swift",
    "Sources/Server/Compute/Profile/TextProfile.swift",
    "Sources/Protocol/Telemetry/ShardedCells.swift",
    "Sources/Server/Expression/Pattern/PatternTable.swift",
  ]

  /// Folders in which SQL may stand.
  static let sqlFolders = [
    "Sources/Server/Storage/", "Sources/Server/Expression/", "Sources/Server/Postgres/",
    "Sources/Server/PrivateCluster/",
  ]

  /// Files over the limit of lines: tables of values from elsewhere.
  static let longFiles: Set<String> = []

  /// Functions over the limit of lines, as `path: name`.
  static let longFunctions: Set<String> = []
}
