// A run of the tests that goes on to look for a fix: the diagnostic then carries a proven one, and the bulb says so.
import assert from 'node:assert/strict';
import { PRICES, SHOP } from '../stage.mjs';

export default async function (it) {
  const window = await it.open(SHOP, { 'quintet.suggest': true });
  await window.open('prices.py');
  await window.status('Quintet fast');
  await window.command('Quintet: Run the Tests');
  await window.toast('A verified fix is ready');
  await window.clearToasts();
  await window.squiggle('info');
  await window.goto(9, 12);
  await window.bulb();
  const offered = await window.ask();
  assert.match(offered[0], /^Apply the verified fix: /);
  await window.shot('ready');
  await window.pick('Apply the verified fix');
  await window.shows('(100 - discount)');
  await window.shot('applied');
  assert.equal(await window.save('prices.py'), PRICES.replace('100 + discount', '100 - discount'));
}
