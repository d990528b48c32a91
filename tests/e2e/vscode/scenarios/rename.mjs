// A name is changed in all files: shown first, one piece left out, the rest verified and made.
import assert from 'node:assert/strict';
import { PRICES, TESTS } from '../stage.mjs';

const REPORT = `from prices import total


def line(prices):
    return f"{total(prices, 0):10.2f}"
`;
const GOOD = PRICES.replace('100 + discount', '100 - discount');

export default async function (it) {
  const window = await it.open({ 'prices.py': GOOD, 'test_prices.py': TESTS, 'report.py': REPORT });
  await window.open('prices.py');
  await window.status('Quintet fast');
  await window.goto(4, 6);
  await window.command('Quintet: Rename With Proof');
  await window.quickInput('sum_less_discount');
  await window.tabNamed('prices.py: ');
  const { before, after } = await window.diff();
  assert.match(before, /def total\(/);
  assert.match(after, /def sum_less_discount\(/);
  await window.shot('preview');

  await window.tabNamed('report.py: ');
  await window.lens('Taken: leave it out');
  await window.lens('Taken: leave it out');
  await window.shot('left-out');
  await window.lens('Accept');
  await window.toast('Verified');
  await window.saveAll(2);
  assert.equal(window.disk('prices.py'), GOOD.replaceAll('total(', 'sum_less_discount('));
  assert.equal(window.disk('test_prices.py'), TESTS.replace(/\btotal\b/g, 'sum_less_discount'));
  assert.equal(window.disk('report.py'), REPORT, 'what was left out stays as it was');
}
