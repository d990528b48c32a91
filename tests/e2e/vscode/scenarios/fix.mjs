// A failing test is marked; its light bulb leads to a fix that the tests have accepted; saved, it is on the disk.
import assert from 'node:assert/strict';
import { PRICES, SHOP } from '../stage.mjs';

export default async function (it) {
  const window = await it.open(SHOP);
  await window.open('test_prices.py');
  await window.status('Quintet fast');
  await window.command('Quintet: Run the Tests');
  await window.toast('1 of 2 tests fail');
  await window.squiggle('error');
  await window.clearToasts();
  await window.shot('squiggle');

  await window.goto(8, 9);
  await window.bulb();
  const offered = await window.ask();
  assert.ok(offered.includes('Make test_discount pass'), offered.join(' | '));
  await window.shot('menu');
  await window.page.keyboard.press('Escape');
  await window.takeFromBulb('Make test_discount pass');
  const said = await window.toast('Verified by');
  assert.match(said, /python -m unittest: exit code 0, 2 passed, 0 failed/);
  assert.equal(window.disk('prices.py'), PRICES, 'the disk is the user’s to write');

  await window.open('prices.py');
  await window.shows('(100 - discount)');
  await window.shot('fixed');
  assert.equal(await window.save('prices.py'), PRICES.replace('100 + discount', '100 - discount'));
}
