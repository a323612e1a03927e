/// How the page looks: light or dark as the reader's system is, and printable.
enum PageStyle {
  static let css: HTML = """
    :root { --ink: #1d2330; --soft: #667085; --paper: #fff; --card: #f6f7f9; --line: #dfe3e8; \
    --bar: #3b6fb5; --good: #1a7f4b; --bad: #c0392b }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #98a2b3; \
    --paper: #14171c; --card: #1d2129; --line: #313742; --bar: #6d9fe0; --good: #4cc38a; \
    --bad: #ff7b6b } }
    body { margin: 0 auto; max-width: 1180px; padding: 24px; color: var(--ink); \
    background: var(--paper); font: 15px/1.5 system-ui, sans-serif }
    h1 { font-size: 26px; margin: 0 } h2 { font-size: 18px; margin: 32px 0 12px }
    h3 { font-size: 15px; margin: 0 0 8px; overflow-wrap: anywhere } small { color: var(--soft); \
    font-weight: 400; font-size: 13px }
    dl { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0 0; font-size: 13px }
    dl div { display: flex; gap: 6px } dt { color: var(--soft) }
    dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
    .facts { font-size: 15px; gap: 8px 28px }
    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); \
    gap: 16px }
    article { background: var(--card); border: 1px solid var(--line); border-radius: 8px; \
    padding: 14px; break-inside: avoid }
    svg { width: 100%; height: auto; display: block } svg text { fill: var(--soft); \
    font: 11px system-ui, sans-serif }
    .histogram rect { fill: var(--bar) }
    .lineage text { fill: var(--ink); font-size: 12px } .box rect { fill: var(--card); \
    stroke: var(--line) } .center rect { stroke: var(--bar); stroke-width: 2 }
    .link { fill: none; stroke: var(--soft); stroke-width: 1.5 } marker path { fill: var(--soft) }
    table { border-collapse: collapse; width: 100%; font-size: 14px }
    th, td { text-align: left; padding: 5px 10px; border-bottom: 1px solid var(--line); \
    vertical-align: top } thead th { color: var(--soft); font-weight: 400 }
    .number { text-align: right; font-variant-numeric: tabular-nums }
    .pass td:first-child { color: var(--good) } .fail td:first-child { color: var(--bad) }
    code { font-size: 12px; background: var(--card); border-radius: 3px; padding: 0 3px }
    """
}
