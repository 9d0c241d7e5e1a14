"""How the page of a calibration looks: light, dark, narrow, and on paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1c1c1c; --soft: #555; --rule: #ddd; --axis: #6f6f6f; --alarm: #a3260b;
  --curve: #10508a; --category: #9bb8d3; --persons: #4f83b0; --items: #b4714f;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #16191d; --ink: #e8e8e6; --soft: #b3b6ba; --rule: #3a3f45; --axis: #8d9299;
    --alarm: #ff9d83; --curve: #8cc0f0; --category: #4d6f92; --persons: #6f9cc4; --items: #c98a6b;
  }
}
body { margin: 0; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem; }
h1 { font-size: 1.6rem; overflow-wrap: anywhere; }
h2 { margin-top: 2rem; border-bottom: 1px solid var(--axis); }
h3 { margin: 2rem 0 0.5rem; }
p { max-width: 45rem; }
a { color: var(--curve); }
dl { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; }
dt { color: var(--soft); font-size: 0.85rem; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
small { color: var(--soft); font-size: 0.85rem; }
.wide { overflow-x: auto; }
table { border-collapse: separate; border-spacing: 0; font-variant-numeric: tabular-nums; }
caption { padding: 0.3rem 0.6rem; text-align: left; color: var(--soft); font-size: 0.85rem; }
th, td { padding: 0.15rem 0.6rem; text-align: right; border-bottom: 1px solid var(--rule); }
th:first-child { position: sticky; left: 0; background: var(--paper); }
th:first-child, th.words { text-align: left; }
tbody th { font-weight: 500; }
tbody th, td { white-space: nowrap; }
strong { color: var(--alarm); }
td .words { display: block; max-width: 20rem; width: max-content; text-align: left;
  white-space: normal; }
.points { white-space: nowrap; }
@media (max-width: 40rem) { td .words { max-width: 13rem; } }
td svg { vertical-align: middle; }
figure { margin: 0; break-inside: avoid; }
figure:target { outline: 2px solid var(--curve); outline-offset: 2px; }
figcaption { max-width: 26rem; margin: 0 auto; font-size: 0.85rem; text-align: center; }
.charts { display: flex; flex-wrap: wrap; gap: 1rem; }
svg { max-width: 100%; height: auto; }
svg text { font: 10px system-ui, sans-serif; fill: var(--soft); }
.below { text-anchor: middle; }
.left { text-anchor: end; }
.axis { fill: none; stroke: var(--axis); }
.line { fill: none; stroke: var(--curve); stroke-width: 1.8; }
.category { fill: none; stroke: var(--category); }
.cut { stroke: var(--axis); stroke-dasharray: 3 3; }
.dot { fill: var(--alarm); }
.bar { fill: var(--persons); }
.item { fill: var(--items); }
@media print {
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  section + section > h2 { break-before: page; }
  h2, h3, caption { break-after: avoid; }
  tr { break-inside: avoid; }
  .wide { overflow: visible; }
  th, td { padding: 0.1rem 0.35rem; }
  td .words { max-width: 14rem; }
  a { color: inherit; text-decoration: none; }
  svg, rect { print-color-adjust: exact; }
}
"""
