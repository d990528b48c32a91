// What the right side of a preview shows: the text with what was taken, and where each change stands in it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { at, fits, render } from '../src/hunks';
import type { Hunk } from '../src/protocol';

const TEXT = 'one\ntwo\nthree\nfour\n';

function hunk(id: number, from: [number, number], to: [number, number], old: string, made: string): Hunk {
  const range = { start: { line: from[0], character: from[1] }, end: { line: to[0], character: to[1] } };
  return { id, range, old, new: made, title: '' };
}

const CHANGE = hunk(1, [1, 0], [2, 0], 'two\n', 'TWO\nTWO AND A HALF\n');
const GONE = hunk(2, [2, 0], [3, 0], 'three\n', '');
const NEW = hunk(3, [4, 0], [4, 0], '', 'five\n');
const ALL = [NEW, CHANGE, GONE];

test('all that is taken is in the text, whatever the order it was sent in', () => {
  const { text, places } = render(TEXT, ALL, new Set([1, 2, 3]));
  assert.equal(text, 'one\nTWO\nTWO AND A HALF\nfour\nfive\n');
  assert.deepEqual(
    places.map(({ hunk: { id }, line, lines, taken }) => [id, line, lines, taken]),
    [
      [1, 1, 2, true],
      [2, 3, 0, true],
      [3, 4, 1, true],
    ],
  );
});

test('what is left out stays as it was, and the others move with it', () => {
  const { text, places } = render(TEXT, ALL, new Set([3]));
  assert.equal(text, 'one\ntwo\nthree\nfour\nfive\n');
  assert.deepEqual(
    places.map(({ line, lines, taken }) => [line, lines, taken]),
    [
      [1, 1, false],
      [2, 1, false],
      [4, 1, true],
    ],
  );
  assert.equal(render(TEXT, ALL, new Set()).text, TEXT);
});

test('a new file is one change of nothing', () => {
  const made = hunk(7, [0, 0], [0, 0], '', 'a\nb\n');
  assert.equal(render('', [made], new Set([7])).text, 'a\nb\n');
  assert.equal(render('', [made], new Set()).text, '');
});

test('two changes within one line', () => {
  const text = 'f(a, 😀, b)\n';
  const changes = [hunk(1, [0, 2], [0, 3], 'a', 'alpha'), hunk(2, [0, 9], [0, 10], 'b', 'beta')];
  assert.ok(fits(text, changes));
  assert.equal(render(text, changes, new Set([1, 2])).text, 'f(alpha, 😀, beta)\n');
  assert.equal(render(text, changes, new Set([2])).text, 'f(a, 😀, beta)\n');
});

test("line ends are the text's own", () => {
  const text = TEXT.replaceAll('\n', '\r\n');
  assert.ok(fits(text, ALL));
  assert.equal(render(text, ALL, new Set([1, 3])).text, 'one\r\nTWO\r\nTWO AND A HALF\r\nthree\r\nfour\r\nfive\r\n');
});

test('a text without a last line end, and places beyond it', () => {
  const far = hunk(1, [9, 0], [9, 5], '', '!');
  assert.equal(render('end', [far], new Set([1])).text, 'end!');
});

test('a text that has moved on is noticed', () => {
  assert.ok(fits(TEXT, ALL));
  assert.ok(!fits(`zero\n${TEXT}`, ALL));
});

test('the change at the caret is the one that begins there or before', () => {
  const { places } = render(TEXT, ALL, new Set([1, 2, 3]));
  const found = [0, 1, 2, 3, 9].map((line) => at(places, line)?.hunk.id);
  assert.deepEqual(found, [1, 1, 1, 2, 3]);
  assert.equal(at([], 0), undefined);
});
