import Testing

/// Tidy's own reading of Swift: what it cannot see, it cannot forbid.
@Suite struct SourceTextTests {
  @Test func `comments are not code`() {
    let source = SourceText("a // try!\n/* x /* nested */ print( */ b\n")
    #expect(source.code.map { $0.trimmed } == ["a", "b"])
    #expect(source.lines.count == 2)
  }

  @Test func `the text of a literal is not code, its interpolation is`() {
    let source = SourceText(#"let a = "as! \(f("x") + b) try!" + c"#)
    #expect(source.code[0].contains(#"f(" ") + b"#))
    #expect(!source.code[0].contains("as!"))
    #expect(source.literals.map(\.text) == ["x", "as!   try!"])
  }

  @Test func `long and raw literals end where Swift ends them`() {
    let source = SourceText(
      ##"""
      let a = ""\##("\"")
        SELECT "x"
        ""\##("\"")
      let b = #"a \( " "# + c
      let d = "\"" + e
      """##)
    #expect(source.literals.map(\.line) == [1, 4, 5])
    #expect(source.literals[0].text.contains("SELECT \"x\""))
    #expect(source.literals[1].text == "a \\( \" ")
    #expect(source.code[3].hasSuffix("+ c"))
    #expect(source.code[4].hasSuffix("+ e"))
  }

  @Test func `functions are measured from their first word to their last brace`() {
    let source = SourceText(
      """
      protocol P {
        func a(x: Int)
        func b()
      }
      package static func long(
        x: () -> Void = {}
      ) {
        call { $0 }

      }
      init?(y: Int) { self.init(z: y) }
      """)
    #expect(
      source.functions() == [
        FunctionSpan(name: "long", line: 5, count: 6),
        FunctionSpan(name: "init", line: 11, count: 1),
      ])
  }

  @Test func `imports are found with their level`() {
    let source = SourceText(
      """
      @testable import A
      internal import struct B.C
      #if os(Linux)
        package import D
      #endif
      // import E
      """)
    #expect(
      ImportLine.all(in: source) == [
        ImportLine(line: 1, module: "A", access: nil),
        ImportLine(line: 2, module: "B", access: "internal"),
        ImportLine(line: 4, module: "D", access: "package"),
      ])
  }

  @Test func `the table gives each room its doors`() {
    let walls = Walls(
      architecture: """
        Tests/Tidy reads this table
        ```
        Net → CLinux, Glibc
        RPC → –
        pursightd → App
        ```
        X → Y
        """)
    #expect(
      walls.rows == [
        "PurSightNet": ["CPurSightLinux", "Glibc"], "PurSightRPC": [], "pursightd": ["PurSightApp"],
      ])
  }
}

extension Substring {
  /// The text without spaces at its ends.
  var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
