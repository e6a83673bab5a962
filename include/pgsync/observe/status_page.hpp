#pragma once

#include <string_view>

namespace pgsync::app {

/// The page at `/`: it reads `/metrics` and `/ready` every two seconds and keeps five minutes of them. It
/// loads nothing from other servers, and inserts all values as text.
inline constexpr std::string_view status_page = R"page(<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>pgsync</title>
<style>
:root { color-scheme: light dark; --line: #8884; --ok: #1a7f37; --bad: #cf222e; --ink: #0969da; }
body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0 0 1rem; display: flex; gap: .8rem; align-items: baseline; flex-wrap: wrap; }
h1 small { font-weight: normal; opacity: .7; font-size: .85rem; }
#state { color: #fff; background: var(--bad); border-radius: 1rem; padding: .1rem .8rem; font-size: .95rem; }
#state.ready { background: var(--ok); }
#tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .8rem; }
.tile { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
.tile b { display: block; font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tile svg { width: 100%; height: 2.2rem; display: block; }
.tile polyline { fill: none; stroke: var(--ink); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
table { border-collapse: collapse; margin-top: 1.2rem; width: 100%; }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; }
.bad { color: var(--bad); }
</style>
<h1><span>pgsync</span><span id="state">…</span><small id="about"></small></h1>
<ul id="conditions"></ul>
<div id="tiles"></div>
<table id="indices"><thead></thead><tbody></tbody></table>
<table id="errors"><thead></thead><tbody></tbody></table>
<script>
'use strict';
const history = [], kept = 150;
function parse(text) {
  const all = {};
  for (const line of text.split('\n')) {
    const found = /^([a-z_]+)(?:\{([a-z]+)="((?:[^"\\]|\\.)*)"\})? (\S+)$/.exec(line);
    if (!found) continue;
    const label = (found[3] || '').replace(/\\(.)/g, (_, c) => c === 'n' ? '\n' : c);
    (all[found[1]] = all[found[1]] || {})[label] = Number(found[4]);
  }
  return all;
}
const units = (value, list, step) => {
  let i = 0;
  while (value >= step && i + 1 < list.length) { value /= step; ++i; }
  return (value >= 100 || Number.isInteger(value) ? Math.round(value) : value.toPrecision(2)) + list[i];
};
const bytes = v => units(v, [' B', ' kB', ' MB', ' GB', ' TB'], 1000);
const count = v => units(v, ['', ' k', ' M', ' G'], 1000);
const seconds = v => v < 1 ? Math.round(v * 1000) + ' ms' : v < 120 ? v.toFixed(v < 10 ? 1 : 0) + ' s'
  : v < 7200 ? Math.round(v / 60) + ' min' : (v / 3600).toFixed(1) + ' h';
const one = (m, name) => (m[name] || {})[''];
const sum = (m, name) => Object.values(m[name] || {}).reduce((a, b) => a + b, 0);
/* The value that a share of the observations between two readings is not above. */
function quantile(now, then, name, share) {
  const places = Object.entries(now[name + '_bucket'] || {}).map(([le, n]) =>
    [le === '+Inf' ? Infinity : Number(le), n - ((then[name + '_bucket'] || {})[le] || 0)]).sort((a, b) => a[0] - b[0]);
  const all = places.length ? places[places.length - 1][1] : 0;
  if (!all) return undefined;
  let below = 0, low = 0;
  for (const [le, n] of places) {
    if (n >= share * all) return le === Infinity ? low : low + (le - low) * (share * all - below) / (n - below || 1);
    below = n; low = le;
  }
}
const tiles = [
  ['behind', m => one(m, 'pgsync_lag_seconds'), seconds],
  ['WAL not yet in the indices', m => one(m, 'pgsync_lag_bytes'), bytes],
  ['WAL retained for the slot', m => one(m, 'pgsync_slot_retained_bytes'), bytes],
  ['changes read / s', (m, r) => r(m => one(m, 'pgsync_changes_total')), count],
  ['documents written / s', (m, r) => r(m => sum(m, 'pgsync_documents_written_total')), count],
  ['commit to index, median', (m, r, t) => quantile(m, t, 'pgsync_latency_seconds', .5), seconds],
  ['commit to index, 99 %', (m, r, t) => quantile(m, t, 'pgsync_latency_seconds', .99), seconds],
  ['keys waiting', m => one(m, 'pgsync_queue_keys'), count],
  ['bulks in flight', m => one(m, 'pgsync_bulks_in_flight'), count],
  ['memory', m => one(m, 'process_resident_memory_bytes'), bytes],
];
const errors = [['times a server was away', 'pgsync_reconnects_total'], ['bulks sent again', 'pgsync_bulk_retries_total'],
  ['bulks refused because the cluster was overloaded (429)', 'pgsync_bulk_rejections_total'],
  ['superseded writes (409, harmless)', 'pgsync_conflicts_total'], ['dead letters', 'pgsync_dead_letters_total']];
function add(to, tag, text) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  to.append(made);
  return made;
}
function row(to, tag, cells) {
  const made = add(to, 'tr');
  return cells.map(each => add(made, tag, each));
}
const box = document.getElementById('tiles');
const shown = tiles.map(([title]) => {
  const tile = add(box, 'div');
  tile.className = 'tile';
  add(tile, 'span', title);
  const value = add(tile, 'b', '–');
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 100 30');
  svg.setAttribute('preserveAspectRatio', 'none');
  const line = document.createElementNS(svg.namespaceURI, 'polyline');
  svg.append(line);
  tile.append(svg);
  return {value, line, points: []};
});
function draw(m, ready, told) {
  const [word, ...lines] = told.split('\n');
  document.getElementById('conditions').replaceChildren(...lines.map(line => {
    const item = document.createElement('li');
    item.textContent = line;
    item.className = line.startsWith('error') ? 'bad' : '';
    return item;
  }));
  const state = document.getElementById('state');
  state.textContent = word;
  state.className = ready ? 'ready' : '';
  document.getElementById('about').textContent =
    'version ' + Object.keys(m.pgsync_build_info || {})[0] + ', ' + new Date().toLocaleTimeString();
  const now = Date.now();
  history.push([now, m]);
  if (history.length > kept) history.shift();
  /* Rates and quantiles of the last ten seconds or so. */
  const [then, before] = history[Math.max(0, history.length - 6)];
  const rate = of => now > then ? Math.max(0, of(m) - of(before)) * 1000 / (now - then) : undefined;
  tiles.forEach(([, read, write], i) => {
    const tile = shown[i], value = read(m, rate, before);
    tile.value.textContent = value === undefined || Number.isNaN(value) ? '–' : write(value);
    tile.points.push(Number.isFinite(value) ? value : 0);
    if (tile.points.length > kept) tile.points.shift();
    const most = Math.max(...tile.points, 1e-9);
    const span = Math.max(tile.points.length, 30) - 1;
    tile.line.setAttribute('points', tile.points.map((v, x) =>
      (100 - (tile.points.length - 1 - x) * 100 / span).toFixed(2) + ',' + (29 - 28 * v / most).toFixed(2)).join(' '));
  });
  const [ihead, ibody] = document.getElementById('indices').children;
  ihead.replaceChildren();
  ibody.replaceChildren();
  row(ihead, 'th', ['index', 'written', 'deleted', 'dead letters', 'loaded']);
  for (const [name, written] of Object.entries(m.pgsync_documents_written_total || {})) {
    const rows = (m.pgsync_load_rows || {})[name], all = (m.pgsync_load_rows_expected || {})[name];
    const dead = m.pgsync_dead_letters_total[name];
    const cells = row(ibody, 'td', [name, written.toLocaleString(),
      m.pgsync_documents_deleted_total[name].toLocaleString(), dead.toLocaleString(),
      rows === undefined ? '–' : rows.toLocaleString() + (all ? ' of ' + all.toLocaleString() : '')]);
    if (dead) cells[3].className = 'bad';
  }
  const [ehead, ebody] = document.getElementById('errors').children;
  ehead.replaceChildren();
  ebody.replaceChildren();
  row(ehead, 'th', ['since the start', '']);
  for (const [title, name] of errors) row(ebody, 'td', [title, sum(m, name).toLocaleString()]);
}
async function look() {
  try {
    const [metrics, ready] = await Promise.all([fetch('metrics'), fetch('ready')]);
    draw(parse(await metrics.text()), ready.ok, (await ready.text()).trim());
  } catch (problem) {
    const state = document.getElementById('state');
    state.textContent = 'no answer';
    state.className = '';
  }
  setTimeout(look, 2000);
}
look();
</script>
)page";

}  // namespace pgsync::app
