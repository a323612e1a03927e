// swift-tools-version: 6.2
import PackageDescription

// The house: one target per room. A target exists only where it forbids an import; what each room
// may enter is written here and, because SwiftPM lets a target import its transitive dependencies,
// read again by Tests/Tidy. Folders are short, modules carry the prefix PurSight.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  // A package function may return a Span of what it borrows (Arrow's typed buffers).
  .enableExperimentalFeature("Lifetimes"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// A room of Swift: `Sources/<path>`, module `PurSight<name>`.
func room(_ name: String, _ path: String, _ enters: [Target.Dependency] = []) -> Target {
  .target(
    name: "PurSight" + name, dependencies: enters, path: "Sources/" + path, swiftSettings: settings)
}

/// A C library of the system: a module map and a shim header, no logic.
func library(_ name: String, pkgConfig: String? = nil, apt: String? = nil) -> Target {
  .systemLibrary(
    name: "CPurSight" + name, path: "Sources/CLibraries/" + name, pkgConfig: pkgConfig,
    providers: apt.map { [.apt([$0])] })
}

/// A test room: `Tests/<name>`.
func tests(
  _ name: String, _ enters: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: enters, path: "Tests/" + name, exclude: exclude,
    swiftSettings: settings)
}

func program(_ name: String, _ path: String, _ enters: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: enters, path: "Sources/" + path, swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "PurSight",
  platforms: [.macOS("26.0")],
  products: [
    .library(name: "PurSightClient", targets: ["PurSightClient"]),
    .executable(name: "pursightd", targets: ["pursightd"]),
    .executable(name: "pursightctl", targets: ["pursightctl"]),
    .executable(name: "interop-server", targets: ["interop-server"]),
    .executable(name: "interop-client", targets: ["interop-client"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C libraries
    library("Linux"),
    library("NGHTTP2", pkgConfig: "libnghttp2", apt: "libnghttp2-dev"),
    library("OpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
    library("Postgres", apt: "libpq-dev"),
    library("Protobuf", pkgConfig: "libprotobuf-c", apt: "libprotobuf-c-dev"),
    library("Zlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    library("LZ4", pkgConfig: "liblz4", apt: "liblz4-dev"),
    library("ZSTD", pkgConfig: "libzstd", apt: "libzstd-dev"),

    // Protocol: what server and client share
    room("RPC", "Protocol/RPC"),
    room("JSON", "Protocol/JSON"),
    room("Telemetry", "Protocol/Telemetry"),
    .target(
      name: "CPurSightMessages", dependencies: ["CPurSightProtobuf"],
      path: "Sources/Protocol/CMessages"),
    room(
      "API", "Protocol/API",
      ["PurSightRPC", "PurSightJSON", "CPurSightMessages", "CPurSightProtobuf"]),
    room("Net", "Protocol/Net", ["CPurSightLinux"]),
    room("TLS", "Protocol/TLS", ["CPurSightOpenSSL"]),
    room("Crypto", "Protocol/Crypto", ["CPurSightOpenSSL"]),
    room("HTTP2", "Protocol/HTTP2", ["CPurSightNGHTTP2"]),
    room("GRPC", "Protocol/GRPC", ["PurSightRPC", "PurSightHTTP2", "PurSightCompression"]),
    room(
      "Connect", "Protocol/Connect",
      ["PurSightRPC", "PurSightGRPC", "PurSightHTTP2", "PurSightJSON"]),
    room("TransparencyLog", "Protocol/TransparencyLog", ["PurSightCrypto"]),
    room(
      "Compression", "Protocol/Compression", ["CPurSightZlib", "CPurSightLZ4", "CPurSightZSTD"]),
    room("Arrow", "Protocol/Arrow", ["PurSightCompression"]),
    room("Formats", "Protocol/Formats", ["PurSightArrow", "PurSightJSON", "PurSightCompression"]),

    // Server
    room(
      "ServerTransport", "Server/Transport",
      [
        "PurSightRPC", "PurSightGRPC", "PurSightConnect", "PurSightHTTP2", "PurSightTLS",
        "PurSightNet", "PurSightTelemetry",
      ]),
    room(
      "Postgres", "Server/Postgres", ["CPurSightPostgres", "PurSightNet", "PurSightTelemetry"]),
    room("PrivateCluster", "Server/PrivateCluster", ["CPurSightLinux"]),
    room("Governance", "Server/Governance"),
    room("Expression", "Server/Expression"),
    room(
      "Compute", "Server/Compute", ["PurSightArrow", "PurSightExpression", "PurSightGovernance"]),
    .target(
      name: "PurSightStorage",
      dependencies: [
        "PurSightPostgres", "PurSightGovernance", "PurSightExpression", "PurSightCrypto",
        "PurSightTransparencyLog",
      ],
      path: "Sources/Server/Storage", resources: [.embedInCode("Migrations")],
      swiftSettings: settings),
    room("Rows", "Server/Rows", ["PurSightArrow", "PurSightGovernance", "PurSightStorage"]),
    room(
      "ServiceKit", "Server/ServiceKit",
      [
        "PurSightRPC", "PurSightAPI", "PurSightGovernance", "PurSightExpression",
        "PurSightStorage", "PurSightCrypto",
      ]),
    room(
      "Catalog", "Server/Catalog",
      [
        "PurSightAPI", "PurSightRPC", "PurSightServiceKit", "PurSightGovernance",
        "PurSightStorage",
      ]),
    room(
      "Ingestion", "Server/Ingestion",
      [
        "PurSightAPI", "PurSightRPC", "PurSightServiceKit", "PurSightGovernance",
        "PurSightExpression", "PurSightCompute", "PurSightArrow", "PurSightStorage",
        "PurSightRows", "PurSightFormats", "PurSightCrypto",
      ]),
    room(
      "Quality", "Server/Quality",
      [
        "PurSightAPI", "PurSightRPC", "PurSightServiceKit", "PurSightGovernance",
        "PurSightCompute", "PurSightArrow", "PurSightStorage",
        "PurSightRows",
      ]),
    room(
      "Audit", "Server/Audit",
      [
        "PurSightAPI", "PurSightRPC", "PurSightServiceKit", "PurSightGovernance",
        "PurSightStorage", "PurSightTransparencyLog", "PurSightCrypto",
      ]),
    room(
      "Access", "Server/Access",
      [
        "PurSightAPI", "PurSightRPC", "PurSightServiceKit", "PurSightGovernance",
        "PurSightStorage",
      ]),
    room(
      "App", "Server/App",
      [
        "PurSightCatalog", "PurSightIngestion", "PurSightQuality", "PurSightAudit",
        "PurSightAccess", "PurSightServerTransport", "PurSightPrivateCluster",
        "PurSightTelemetry", "PurSightJSON", "PurSightAPI", "PurSightRPC", "PurSightStorage",
        "PurSightPostgres", "PurSightServiceKit", "PurSightGovernance", "PurSightNet",
        "PurSightTLS", "PurSightCrypto", "PurSightTransparencyLog",
      ]),

    // Client
    room(
      "ClientTransport", "Client/Transport",
      [
        "PurSightRPC", "PurSightGRPC", "PurSightHTTP2", "PurSightTLS", "PurSightNet",
      ]),
    room(
      "Client", "Client/SDK",
      [
        "PurSightAPI", "PurSightRPC", "PurSightClientTransport", "PurSightTLS", "PurSightArrow",
        "PurSightFormats", "PurSightTransparencyLog", "PurSightCrypto", "PurSightJSON",
        "PurSightNet",
      ]),

    // Programs
    program("pursightd", "pursightd", ["PurSightApp"]),
    program(
      "pursightctl", "pursightctl", ["PurSightClient", "PurSightJSON", argumentParser, yams]),
    program("protogen", "protogen", []),
    // The example, so that the quick start builds it with the rest; it has a manifest of its own,
    // too.
    .executableTarget(
      name: "late-planes", dependencies: ["PurSightClient"], path: "examples/late-planes",
      exclude: ["Package.swift", "README.md"], sources: ["main.swift"], swiftSettings: settings),

    // Interop: gRPC's own test service and the benchmark service; not shipped, never in the SDK
    .target(
      name: "CPurSightInteropMessages", dependencies: ["CPurSightProtobuf"],
      path: "Sources/Interop/CMessages"),
    room(
      "Interop", "Interop/Services",
      ["PurSightAPI", "PurSightRPC", "CPurSightInteropMessages", "CPurSightProtobuf"]),
    program(
      "interop-server", "Interop/interop-server",
      [
        "PurSightInterop", "PurSightAPI", "PurSightRPC", "PurSightServerTransport",
        "PurSightTLS", "PurSightNet", "PurSightPostgres", "PurSightTelemetry",
      ]),
    program(
      "interop-client", "Interop/interop-client",
      [
        "PurSightInterop", "PurSightAPI", "PurSightRPC", "PurSightClientTransport",
        "PurSightTLS", "PurSightNet",
      ]),

    // Tests
    tests("Compression", ["PurSightCompression"]),
    tests("Arrow", ["PurSightArrow", "PurSightCompression"], exclude: ["Fixtures"]),
    tests("Formats", ["PurSightFormats", "PurSightArrow"], exclude: ["Fixtures"]),
    tests("Expression", ["PurSightExpression"]),
    tests(
      "Compute", ["PurSightCompute", "PurSightArrow", "PurSightExpression", "PurSightGovernance"]),
    tests("Crypto", ["PurSightCrypto"]),
    tests("TransparencyLog", ["PurSightTransparencyLog", "PurSightCrypto"]),
    tests("JSON", ["PurSightJSON"]),
    tests("Protogen", ["protogen"], exclude: ["Fixtures"]),
    tests(
      "API", ["PurSightAPI", "PurSightRPC", "PurSightJSON", "PurSightInterop"],
      exclude: ["Fixtures"]),
    tests("RPC", ["PurSightRPC"]),
    tests("GRPC", ["PurSightGRPC", "PurSightRPC", "PurSightHTTP2"]),
    tests(
      "Connect",
      [
        "PurSightConnect", "PurSightGRPC", "PurSightRPC", "PurSightHTTP2", "PurSightJSON",
        "PurSightAPI",
      ]),
    tests("Net", ["PurSightNet"]),
    tests("HTTP2", ["PurSightHTTP2"]),
    tests("TLS", ["PurSightTLS", "PurSightCrypto"]),
    tests(
      "ServerTransport",
      [
        "PurSightServerTransport", "PurSightRPC", "PurSightGRPC", "PurSightHTTP2", "PurSightNet",
        "PurSightTelemetry",
      ]),
    tests("Governance", ["PurSightGovernance"]),
    .target(
      name: "PurSightTestSupport",
      dependencies: ["PurSightPrivateCluster", "CPurSightPostgres"],
      path: "Tests/Support", swiftSettings: settings),
    tests("PrivateCluster", ["PurSightPrivateCluster"]),
    tests(
      "Postgres",
      ["PurSightPostgres", "PurSightNet", "PurSightPrivateCluster", "PurSightTestSupport"]),
    tests(
      "Storage",
      [
        "PurSightStorage", "PurSightPostgres", "PurSightNet", "PurSightGovernance",
        "PurSightCrypto", "PurSightTransparencyLog", "PurSightPrivateCluster",
        "PurSightTestSupport",
      ]),
    .target(
      name: "PurSightServiceTestSupport",
      dependencies: [
        "PurSightRPC", "PurSightServiceKit", "PurSightStorage", "PurSightPostgres",
        "PurSightGovernance", "PurSightCrypto", "PurSightNet", "PurSightTestSupport",
        "PurSightPrivateCluster",
      ],
      path: "Tests/ServiceSupport", swiftSettings: settings),
    tests(
      "Services",
      [
        "PurSightCatalog", "PurSightIngestion", "PurSightQuality", "PurSightAudit",
        "PurSightServiceTestSupport", "PurSightTestSupport", "PurSightAPI", "PurSightRPC",
        "PurSightArrow", "PurSightPostgres", "PurSightStorage", "PurSightGovernance",
        "PurSightCrypto", "PurSightTransparencyLog",
      ]),
    tests(
      "ServiceKit",
      [
        "PurSightServiceKit", "PurSightServiceTestSupport", "PurSightTestSupport", "PurSightAPI",
        "PurSightRPC", "PurSightGovernance", "PurSightStorage", "PurSightExpression",
        "PurSightNet", "PurSightPostgres",
      ]),
    tests(
      "Access",
      [
        "PurSightAccess", "PurSightServiceTestSupport", "PurSightTestSupport", "PurSightAPI",
        "PurSightRPC", "PurSightGovernance", "PurSightStorage", "PurSightServiceKit",
        "PurSightPostgres",
      ]),
    tests(
      "App",
      [
        "PurSightApp", "PurSightServiceTestSupport", "PurSightTestSupport", "PurSightAPI",
        "PurSightRPC", "PurSightGovernance", "PurSightServiceKit", "PurSightStorage",
        "PurSightTelemetry", "PurSightCrypto", "PurSightPostgres",
      ]),
    tests(
      "ClientTransport",
      [
        "PurSightClientTransport", "PurSightRPC", "PurSightAPI", "PurSightTLS", "PurSightNet",
        "PurSightCrypto", "PurSightServerTransport", "PurSightInterop",
      ]),
    tests(
      "Client",
      [
        "PurSightClient", "PurSightAPI", "PurSightRPC", "PurSightArrow", "PurSightNet",
        "PurSightServerTransport", "PurSightTransparencyLog", "PurSightCrypto",
      ]),
    tests(
      "Ctl",
      [
        "pursightctl", "PurSightClient", "PurSightJSON", "PurSightTestSupport", argumentParser,
        yams,
      ]),
    // Fuzzing: the ways in for bytes of strangers, a program that libFuzzer drives, and a test that
    // replays what was found.
    .target(
      name: "PurSightFuzzTargets",
      dependencies: [
        "PurSightRPC", "PurSightHTTP2", "PurSightGRPC", "PurSightConnect", "PurSightAPI",
        "PurSightJSON", "PurSightArrow", "PurSightFormats", "PurSightTransparencyLog",
      ],
      path: "Tests/Fuzzing/Targets", swiftSettings: settings),
    .executableTarget(
      name: "fuzz", dependencies: ["PurSightFuzzTargets"], path: "Tests/Fuzzing/Program",
      swiftSettings: settings),
    .testTarget(
      name: "FuzzingTests", dependencies: ["PurSightFuzzTargets"], path: "Tests/Fuzzing/Replay",
      swiftSettings: settings),
    tests("Tidy"),
  ]
)
