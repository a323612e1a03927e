/// Why a file could not be read as rows, with the place and what to do.
package struct FormatError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure that callers tell apart.
  package enum Code: String, Sendable {
    /// The input has no byte at all.
    case empty = "EMPTY"
    /// The input has a header, but no row to infer types from.
    case noRows = "NO_ROWS"
    /// The first line is not a header.
    case noHeader = "NO_HEADER"
    /// A header names a column twice.
    case duplicateColumn = "DUPLICATE_COLUMN"
    /// A row has more or fewer fields than the header.
    case raggedRow = "RAGGED_ROW"
    /// A value does not fit its column's type.
    case badCell = "BAD_CELL"
    /// A text is not UTF-8.
    case invalidUTF8 = "INVALID_UTF8"
    /// A text holds a NUL byte.
    case nulByte = "NUL_BYTE"
    /// A quoted field never ends.
    case unclosedQuote = "UNCLOSED_QUOTE"
    /// Text follows the closing quote of a field.
    case textAfterQuote = "TEXT_AFTER_QUOTE"
    /// A line is not a JSON object.
    case badJSON = "BAD_JSON"
    /// A JSON object has a key that is no column.
    case unknownColumn = "UNKNOWN_COLUMN"
    /// The compressed file is damaged or cut off.
    case badCompression = "BAD_COMPRESSION"
    /// A field, a line or the number of columns is over its limit.
    case limitExceeded = "LIMIT_EXCEEDED"
    /// The options contradict each other or the file.
    case badOption = "BAD_OPTION"
  }

  package let code: Code
  /// What happened and what to do, without the place.
  package let message: String
  /// The line of the file, from 1 on.
  package let line: Int?
  /// The position of the column, from 1 on.
  package let columnNumber: Int?
  /// The name of the column, once the header is known.
  package let column: String?

  package init(
    _ code: Code, _ message: String, line: Int? = nil, columnNumber: Int? = nil,
    column: String? = nil
  ) {
    self.code = code
    self.message = message
    self.line = line
    self.columnNumber = columnNumber
    self.column = column
  }

  package var description: String {
    var place: [String] = []
    if let line { place.append("line \(line)") }
    if let columnNumber { place.append("column \(columnNumber)") }
    if let column { place.append("\"\(column)\"") }
    return place.isEmpty ? message : place.joined(separator: ", ") + ": " + message
  }
}
