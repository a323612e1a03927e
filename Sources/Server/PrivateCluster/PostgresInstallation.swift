internal import Glibc

/// PostgreSQL's programs on this machine.
struct PostgresInstallation: Sendable, Equatable {
  /// The oldest major version that PurSight's SQL works with.
  static let minMajorVersion = 13

  /// The directory of `postgres` and `initdb`, without symbolic links.
  let directory: String
  let majorVersion: Int

  var server: String { directory + "/postgres" }
  var initializer: String { directory + "/initdb" }

  /// Finds the programs to use.
  ///
  /// Searched are the configured directory alone when there is one, else `$PURSIGHT_PG_BIN` alone
  /// when set, else `PATH` and the places where distributions put them. A cluster that exists
  /// decides the version; else the newest one wins.
  ///
  /// - Throws: `notInstalled`; `versionMissing` when only other versions than the existing
  ///   cluster's are there.
  static func find(
    configured: String?, dataDirectory: String
  ) throws(PrivateClusterError) -> PostgresInstallation {
    let chosen = configured ?? ProcessEnvironment.value("PURSIGHT_PG_BIN")
    let found = (chosen.map { [$0] } ?? usualDirectories()).compactMap(examine)
      .filter { $0.majorVersion >= minMajorVersion }
      .sorted { $0.majorVersion > $1.majorVersion }
    guard let newest = found.first else {
      let place = chosen.map { "in \($0)" } ?? "on this machine"
      throw PrivateClusterError(
        .notInstalled,
        "No PostgreSQL \(minMajorVersion) or newer was found \(place): install it (on Debian: "
          + "apt-get install postgresql), set PURSIGHT_PG_BIN to the directory of its programs, "
          + "or use an existing server with --database-url.")
    }
    let existing = existingVersions(in: dataDirectory)
    if existing.isEmpty { return newest }
    if let match = found.first(where: { existing.contains($0.majorVersion) }) { return match }
    let version = existing.max() ?? newest.majorVersion
    throw PrivateClusterError(
      .versionMissing,
      "\(dataDirectory)/pg\(version) was made by PostgreSQL \(version), but only version "
        + "\(newest.majorVersion) was found: install PostgreSQL \(version), or choose another "
        + "--data-dir.")
  }

  /// Returns the major versions of the complete clusters in a directory.
  static func existingVersions(in dataDirectory: String) -> [Int] {
    entries(of: dataDirectory).compactMap { entry in
      guard entry.hasPrefix("pg"), let version = Int(entry.dropFirst(2)) else { return nil }
      return FileSystem.exists("\(dataDirectory)/\(entry)/PG_VERSION") ? version : nil
    }
  }

  /// Reads the major version out of what `postgres --version` prints.
  static func majorVersion(printed: String) -> Int? {
    // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "postgres (PostgreSQL) 18beta1"
    guard let end = printed.firstRange(of: "(PostgreSQL) ")?.upperBound else { return nil }
    return Int(printed[end...].prefix { $0.isASCII && $0.isNumber })
  }

  private static func usualDirectories() -> [String] {
    var directories = (ProcessEnvironment.value("PATH") ?? "").split(separator: ":").map(
      String.init)
    directories += entries(of: "/usr/lib/postgresql").map { "/usr/lib/postgresql/\($0)/bin" }
    directories += entries(of: "/usr").filter { $0.hasPrefix("pgsql-") }.map { "/usr/\($0)/bin" }
    directories += ["/usr/local/pgsql/bin"]
    return directories
  }

  private static func examine(_ directory: String) -> PostgresInstallation? {
    guard let server = FileSystem.resolve(directory + "/postgres"),
      FileSystem.isProgram(server), let slash = server.lastIndex(of: "/")
    else { return nil }
    let home = String(server[..<slash])
    guard FileSystem.isProgram(home + "/initdb"), let version = version(of: server, in: home) else {
      return nil
    }
    return PostgresInstallation(directory: home, majorVersion: version)
  }

  /// Debian writes the version into the path; asking the program takes ten milliseconds.
  private static func version(of server: String, in home: String) -> Int? {
    let parts = home.split(separator: "/")
    if parts.count == 5, parts[2] == "postgresql", let version = Int(parts[3]) { return version }
    guard let result = try? ChildProcess.run(server, ["--version"], limit: .seconds(10)) else {
      return nil
    }
    return majorVersion(printed: result.output)
  }

  private static func entries(of directory: String) -> [String] {
    guard let stream = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }
}
