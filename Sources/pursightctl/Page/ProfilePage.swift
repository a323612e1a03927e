internal import PurSightClient

/// A dataset on one page that needs nothing else: no script, no font, no picture from elsewhere.
struct ProfilePage {
  let dataset: Dataset
  let profile: Profile
  var edges: [LineageEdge] = []
  /// The newest run of its rules; nil: none that can be seen.
  var check: CheckResult?
  var rules: [Rule] = []

  var text: String { html.text + "\n" }

  var html: HTML {
    let name = dataset.fqn
    let body: [HTML] = [header, lineage, verdicts, columns]
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      style-src 'unsafe-inline'">
      <title>\(name) – PurSight</title>
      <style>\(PageStyle.css)</style>
      </head>
      <body>
      \(body)
      </body>
      </html>
      """
  }

  private var header: HTML {
    let description: HTML = dataset.description.isEmpty ? "" : "<p>\(dataset.description)</p>\n"
    let facts = [
      ("rows", Numbers.grouped(profile.rows)),
      ("columns", Numbers.grouped(Int64(profile.columns.count))),
      ("in quarantine", Numbers.grouped(dataset.quarantinedCount)),
      ("stored", Numbers.bytes(dataset.storedBytes)), ("revision", "\(profile.revision)"),
      ("profiled", profile.updateTime?.text ?? "–"),
    ]
    let shown = facts.map { name, value -> HTML in
      "<div><dt>\(name)</dt><dd>\(value)</dd></div>"
    }
    return """
      <header>
      <h1>\(dataset.fqn)</h1>
      \(description)<dl class="facts">\(shown)</dl>
      </header>

      """
  }

  private var lineage: HTML {
    """
    <section>
    <h2>Lineage</h2>
    \(LineageDrawing(center: dataset.fqn, edges: edges).svg)
    </section>

    """
  }

  private var verdicts: HTML {
    guard let check else { return "" }
    let rows = check.rules.map { verdict -> HTML in
      let rule = rules.first { $0.id == verdict.ruleID }
      let (sign, kind): (HTML, HTML) =
        switch verdict.outcome {
        case .pass: ("✓", "pass")
        case .notApplicable: ("–", "none")
        case .fail: ("✗", "fail")
        default: ("!", "fail")
        }
      let values = verdict.topFailingValues.prefix(5).map { value -> HTML in
        "<code>\(DisplayText.cut(DisplayText.printable(value.value ?? "null"), to: 40))</code> "
      }
      return """
        <tr class="\(kind)"><td>\(sign)</td><th scope="row">\(verdict.ruleID)</th>\
        <td>\(rule.map(RuleText.check) ?? "")</td>\
        <td class="number">\(Numbers.grouped(verdict.failed))</td><td>\(values)</td>\
        <td>\(RuleText.consequence(verdict.severity))</td></tr>

        """
    }
    return """
      <section>
      <h2>Rules <small>score \(Numbers.percent(check.score))</small></h2>
      <table>
      <thead><tr><th></th><th>Rule</th><th>Checks</th><th class="number">Failing rows</th>\
      <th>Values</th><th>Otherwise</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>
      </section>

      """
  }

  private var columns: HTML {
    let cards = profile.columns.prefix(Limits.profileColumns).map(Self.card)
    return """
      <section>
      <h2>Columns</h2>
      <div class="cards">
      \(cards)</div>
      </section>
      """
  }

  private static func card(_ column: ColumnProfile) -> HTML {
    var facts = [
      ("nulls", ProfileTable.nulls(column)), ("distinct", ProfileTable.distinct(column)),
    ]
    let optional: [(String, String?)] = [
      ("min", column.minimum), ("max", column.maximum),
      ("mean", column.mean.map(Numbers.measured)),
      ("deviation", column.standardDeviation.map(Numbers.measured)),
      ("shortest", column.shortest.map { "\(Numbers.grouped($0)) characters" }),
      ("longest", column.longest.map { "\(Numbers.grouped($0)) characters" }),
    ]
    facts += optional.compactMap { name, value in value.map { (name, $0) } }
    facts += column.quantiles.map {
      ("\(Numbers.measured($0.fraction * 100)) %", Numbers.measured($0.value))
    }
    let shown = facts.map { name, value -> HTML in
      "<div><dt>\(name)</dt><dd>\(DisplayText.cut(DisplayText.printable(value), to: 40))</dd></div>"
    }
    return """
      <article>
      <h3>\(column.column) <small>\(column.type.short)</small></h3>
      \(HistogramDrawing.svg(column))
      <dl>\(shown)</dl>
      </article>

      """
  }
}
