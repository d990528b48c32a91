// The server is killed in the middle of a repair: one clear message, nothing typed is lost, and it can be restarted.
import assert from 'node:assert/strict';
import { PRICES, SLOW } from '../stage.mjs';

export default async function (it) {
  const window = await it.open({ 'prices.py': PRICES, 'test_prices.py': SLOW });
  await window.open('test_prices.py', 8);
  await window.status('Quintet fast');
  await window.ask();
  await window.pick('Make test_impossible pass');
  await window.toast('candidates tried');
  await window.open('prices.py');
  await window.goto(1, 1);
  await window.type('# typed meanwhile ');

  process.kill(server(it).pid, 'SIGKILL');
  const said = await window.toast('ended unexpectedly');
  assert.match(said, /is started again/);
  await window.shot('message');
  assert.equal((await window.notifications()).length, 1, 'one message');
  assert.match(await window.text(), /^# typed meanwhile """Prices/);
  assert.equal(window.disk('prices.py'), PRICES);
  await window.status('Quintet fast');
  await window.clearToasts();

  process.kill(server(it).pid, 'SIGKILL');
  await window.toast('It is not started again by itself');
  assert.deepEqual(await it.quiet(), [], 'what it had started has ended with it');
  await window.answer('once more', 'Restart');
  await window.status('Quintet fast');
  await window.shows('# typed meanwhile');
  await window.open('test_prices.py');
  await window.command('Quintet: Run the Tests');
  await window.toast('1 of 1 tests fail');
}

function server(it) {
  const found = it.running().filter(({ command }) => /quintet serve$/.test(command));
  assert.equal(found.length, 1, 'one server runs');
  return found[0];
}
