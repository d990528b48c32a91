// Nothing overlaps, a crash is told once, and a log line of the server's is read for what it says.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Crashes, ending, entry, lastWords } from '../src/crashes';
import { Serial } from '../src/serial';

const tick = () => new Promise((resolve) => setImmediate(resolve));

test('work runs one after the other, also after one that failed', async () => {
  const serial = new Serial();
  const seen: string[] = [];
  const work = (name: string, bad = false) => async () => {
    seen.push(`${name} begins`);
    await tick();
    seen.push(`${name} ends`);
    if (bad) throw new Error(name);
    return name;
  };
  const all = [serial.run(work('a')), serial.run(work('b', true)), serial.run(work('c'))];
  const ended = await Promise.allSettled(all);
  assert.deepEqual(ended.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled']);
  assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('what waits under a name stands for all that ask for it meanwhile, but not once it has begun', async () => {
  const serial = new Serial();
  let runs = 0;
  const restart = () =>
    serial.run(async () => {
      await tick();
      runs += 1;
    }, 'restart');
  const first = serial.run(tick);
  const waiting = [restart(), restart(), restart()];
  await first;
  await tick();
  await Promise.all([...waiting, restart()]);
  assert.equal(runs, 2);
});

test('a server is started again once in three minutes', () => {
  const crashes = new Crashes();
  assert.equal(crashes.again(0), true);
  assert.equal(crashes.again(100_000), false);
  assert.equal(crashes.again(400_000), true);
  crashes.forget();
  assert.equal(crashes.again(400_001), true);
});

test('how a process ended, in words', () => {
  assert.equal(ending(1, null), 'exit code 1');
  assert.equal(ending(null, 'SIGKILL'), 'signal SIGKILL');
  assert.equal(ending(null, null), 'its connection was closed');
});

test('the last words are the error, not the trace before it', () => {
  const trace = ['Traceback (most recent call last):', '  File "x.py", line 1', "ModuleNotFoundError: No module named 'x'", ''];
  assert.equal(lastWords(trace), "ModuleNotFoundError: No module named 'x'");
  assert.equal(lastWords([]), '');
  assert.equal(lastWords(['{"level": "error", "message": "no room"}']), 'no room');
});

test('a line of the log is read, and any other line is left as it is', () => {
  const line = '{"time": 1, "level": "warning", "logger": "quintet.server", "message": "slow"}';
  assert.deepEqual(entry(line), { level: 'warning', message: '[quintet.server] slow' });
  for (const other of ['plain', '{"a": 1}', '{broken']) assert.equal(entry(other), null);
});
