// swift-tools-version: 6.2
import PackageDescription

// A package of somebody else's. Outside this repository it says where PurSight comes from:
//   .package(url: "https://…/pursight", from: "0.1.0")
let package = Package(
  name: "late-planes",
  dependencies: [.package(name: "pursight", path: "../..")],
  targets: [
    .executableTarget(
      name: "late-planes",
      dependencies: [.product(name: "PurSightClient", package: "pursight")], path: ".",
      exclude: ["README.md"], sources: ["main.swift"])
  ]
)
