// The status bar tells the mode, and that a scripted engine is none; its menu leads to everything.
import assert from 'node:assert/strict';
import { SHOP } from '../stage.mjs';

export default async function (it) {
  const script = `${it.host.workspace('status-script', { 'script.json': '{"answers": []}' })}/script.json`;
  const window = await it.open(SHOP, { 'quintet.backend': `scripted:${script}` });
  await window.open('test_prices.py');
  await window.status('Quintet fast (scripted)');
  await window.clickStatus('Quintet');
  const offered = await window.choices();
  for (const words of [/run .*tests/i, /mode/i, /engine/i, /trace/i, /restart/i, /log/i]) {
    assert.ok(offered.some((row) => words.test(row)), `${words}: ${offered.join(' | ')}`);
  }
  await window.shot('menu');
  await window.choose(/mode/i);
  await window.choose('deep');
  await window.status('Quintet deep');
}
