internal import PurSightExpression
internal import PurSightPostgres

extension SQL {
  /// A rendered filter as a condition; none holds for every row.
  ///
  /// Every parameter of a fragment carries its cast, so all are bound as text. The text varies with
  /// the caller's filter, so the statement is not kept as a prepared one.
  init(filter: SQLFragment?) {
    guard let filter else {
      self.init(text: "true")
      return
    }
    let parameters = filter.parameters.map { parameter in
      parameter.text.map(PostgresValue.text) ?? PostgresValue.null(.text)
    }
    self = SQL(text: filter.text, parameters: parameters).unprepared()
  }
}
