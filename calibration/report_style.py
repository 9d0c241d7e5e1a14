"""How the page of a calibration looks, on a screen and on paper."""

STYLE = """
body { margin: 0; color: #1c1c1c; background: #fff; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; }
h2 { margin-top: 2rem; border-bottom: 1px solid #999; }
dl { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; }
dt { color: #555; font-size: 0.85rem; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.15rem 0.6rem; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child { text-align: left; }
strong { color: #a3260b; }
figure { margin: 0; break-inside: avoid; }
figcaption { font-size: 0.85rem; text-align: center; }
.charts { display: flex; flex-wrap: wrap; gap: 1rem; }
svg { max-width: 100%; height: auto; }
svg text { font: 10px system-ui, sans-serif; fill: #444; }
.below { text-anchor: middle; }
.left { text-anchor: end; }
.axis { fill: none; stroke: #777; }
.line { fill: none; stroke: #10508a; stroke-width: 1.8; }
.category { fill: none; stroke: #9bb8d3; }
.cut { stroke: #777; stroke-dasharray: 3 3; }
.dot { fill: #a3260b; }
.bar { fill: #6f9cc4; }
.item { fill: #c98a6b; }
@media print {
  main { max-width: none; padding: 0; }
  h2 { break-before: page; }
  tr { break-inside: avoid; }
}
"""
