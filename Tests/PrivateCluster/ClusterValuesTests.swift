@testable internal import PurSightPrivateCluster
internal import Testing

/// The parts of the cluster that are pure values.
@Suite struct ClusterValuesTests {
  // As written by PostgreSQL 15.18 into postmaster.pid.
  private static let ready = """
    17302
    /var/lib/pursight/pg15
    1795275370
    5432
    /run/pursight-1

      327681       294
    ready   \n
    """

  @Test func `postmaster's file tells process, socket and state`() {
    let file = PostmasterFile(parsing: Self.ready)
    #expect(file?.process == 17302)
    #expect(file?.port == 5432)
    #expect(file?.socketDirectory == "/run/pursight-1")
    #expect(file?.status == .ready)
  }

  @Test func `a file that is still being written is starting or unknown`() {
    #expect(PostmasterFile(parsing: "") == nil)
    #expect(PostmasterFile(parsing: "17302\n/var/lib") == nil)
    #expect(PostmasterFile(parsing: "-1\n/d\n0\n5432\n/run\n\n") == nil)
    let lines = Self.ready.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(PostmasterFile(parsing: lines[..<7].joined(separator: "\n"))?.status == .unknown)
    let starting = Self.ready.split(separator: "ready").joined(separator: "starting")
    #expect(PostmasterFile(parsing: starting)?.status == .starting)
  }

  // Printed by Debian's, the PGDG's and a beta's `postgres --version`.
  @Test(arguments: [
    ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15),
    ("postgres (PostgreSQL) 17.2", 17), ("postgres (PostgreSQL) 18beta1", 18),
  ]) func `the major version is read`(printed: String, version: Int) {
    #expect(PostgresInstallation.majorVersion(printed: printed) == version)
  }

  @Test func `another program's version is not PostgreSQL's`() {
    #expect(PostgresInstallation.majorVersion(printed: "redis-server 7.0") == nil)
    #expect(PostgresInstallation.majorVersion(printed: "postgres (PostgreSQL) devel") == nil)
  }

  @Test func `a full disk is told as such`() {
    let error = PrivateClusterError.explaining(
      program: "initdb",
      output: "initdb: error: could not write to file: No space left on device\n", directory: "/d")
    #expect(error.code == .diskFull)
  }

  @Test func `a user without an entry is told as such`() {
    let error = PrivateClusterError.explaining(
      program: "initdb",
      output: "initdb: error: could not look up effective user ID 12345: user does not exist\n",
      directory: "/d")
    #expect(error.code == .unknownUser)
    #expect(error.message.contains("--database-url"))
  }

  @Test func `an apostrophe in a directory does not end the setting`() {
    let settings = ClusterSettings(
      socketDirectory: "/run/o'brien", durability: .full, maxConnections: 10, users: ["root"])
    #expect(settings.server.contains("unix_socket_directories = '/run/o''brien'\n"))
  }

  @Test func `only the given users may be only the three roles`() {
    let settings = ClusterSettings(
      socketDirectory: "/run/x", durability: .full, maxConnections: 10, users: ["root", "me"])
    #expect(
      settings.identities == """
        pursight "root" postgres
        pursight "root" pursight_owner
        pursight "root" pursight_app
        pursight "me" postgres
        pursight "me" pursight_owner
        pursight "me" pursight_app

        """)
  }
}
