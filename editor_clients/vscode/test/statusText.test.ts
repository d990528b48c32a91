// The state of things in a few words: what is at work, what it has cost, and what must not be overlooked.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Status } from '../src/protocol';
import { counted, describe } from '../src/statusText';

const STATUS: Status = { mode: 'auto', backend: 'auto', engine: '', scripted: false, busy: false, tokens: null, outcome: null, trusted: true, failing: 0 };

test('without a server it says so', () => {
  assert.match(describe('stopped', undefined).summary, /no server/);
  assert.equal(describe('failed', undefined).alarm, 'error');
  assert.equal(describe('starting', undefined).busy, true);
  assert.equal(describe('running', undefined).busy, true);
});

test('mode, engine and what the last run has cost', () => {
  const shown = describe('running', { ...STATUS, engine: 'pocket: SmolLM2', tokens: 1234, outcome: 'verified' });
  assert.equal(shown.text, '$(sparkle) Quintet auto · 1,234 tokens');
  assert.equal(shown.engine, 'pocket: SmolLM2');
  assert.ok(shown.lines.includes('Last run: verified, 1,234 tokens'));
});

test('answers from a script are never taken for those of a model', () => {
  const shown = describe('running', { ...STATUS, backend: 'scripted:x.json', scripted: true });
  assert.equal(shown.alarm, 'warning');
  assert.match(shown.text, /\(scripted\)/);
  assert.match(shown.summary, /not from a model/);
});

test('work that goes on, failing tests, and a workspace that is not trusted', () => {
  assert.match(describe('running', { ...STATUS, busy: true, tokens: 5 }).text, /^\$\(sync~spin\) Quintet auto$/);
  assert.ok(describe('running', { ...STATUS, failing: 3 }).lines.includes('Tests known to fail: 3'));
  const limited = describe('running', { ...STATUS, trusted: false });
  assert.match(limited.text, /^\$\(shield\)/);
  assert.match(limited.summary, /not trusted/);
});

test('counts', () => {
  assert.deepEqual([0, 999, 1234, 9999, 12_345, 1_234_567].map(counted), ['0', '999', '1,234', '9,999', '12k', '1,235k']);
});
