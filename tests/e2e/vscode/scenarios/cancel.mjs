// A repair is ended from its notification: nothing of it runs on, and the server is there for the next one.
import assert from 'node:assert/strict';
import { PRICES, SLOW } from '../stage.mjs';

export default async function (it) {
  const window = await it.open({ 'prices.py': PRICES, 'test_prices.py': SLOW });
  await window.open('test_prices.py', 8);
  await window.status('Quintet fast');
  await window.settled(() => it.running().length);
  const before = it.running();
  await window.ask();
  await window.pick('Make test_impossible pass');
  await window.toast('candidates tried');
  assert.ok(it.running().length > before.length, 'tests run');
  await window.shot('progress');
  await window.answer('Make test_impossible pass', 'Cancel');
  assert.deepEqual(await it.quiet(before), []);
  await window.until(async () => !(await window.busy()), 'the progress to go');
  assert.equal(await window.dirty(), false);
  assert.equal(window.disk('prices.py'), PRICES);
  await window.status('Quintet fast');
}
