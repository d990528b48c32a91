// The page of a run: what it says, and that nothing a story holds can become markup.
import assert from 'node:assert/strict';
import test from 'node:test';

import { ticks } from '../src/chart';
import { duration, prose } from '../src/markup';
import { patchView } from '../src/patchView';
import { readRuns, readStory, spent, type Story } from '../src/story';
import { render, renderNothing, renderRuns, spoken } from '../src/timeline';
import { EVIL, everywhere, sample, step } from './sampleStory';

function story(changed: object = {}): Story {
  const read = readStory(sample(changed));
  assert.ok(read);
  return read;
}

function page(changed: object = {}): string {
  return render(story(changed));
}

const many = (html: string, what: RegExp) => html.match(what)?.length ?? 0;
const TAG = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9-]*(?:="[^"<>]*")?)*)\s*(\/?)>/g;
const VOID = new Set(['meta', 'br']);

/** Every tag is closed in order, and no `<` is left over. */
function wellFormed(html: string): void {
  const open: string[] = [];
  for (const [, end, name = '', , alone] of html.matchAll(TAG)) {
    if (end) {
      assert.equal(name, open.pop());
    } else if (!alone && !VOID.has(name)) {
      open.push(name);
    }
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(html.replaceAll(TAG, ''), /[<>]/);
}

test('the verdict is the first word, and one sentence says why', () => {
  for (const [state, word] of [
    ['verified', 'Verified'],
    ['unverified', 'Not verified'],
    ['abandoned', 'No patch'],
    ['cancelled', 'Cancelled'],
    ['running', 'Working'],
  ]) {
    const html = page({ state });
    assert.match(html, new RegExp(`^<article class="story ${state}"`));
    assert.match(html, new RegExp(`<p class="word">.*${word}`));
    assert.match(html, /<p class="why">test_total passes now\.<\/p>/);
  }
});

test('without a reason the page still says why', () => {
  assert.match(page({ reason: '', state: 'unverified' }), /No test speaks for this patch\./);
  assert.match(page({ reason: '', state: 'running' }), /The Reviewer is at work: a reason for reviewer\./);
  assert.match(page({ reason: '', state: 'running', steps: [] }), /Getting ready\./);
});

test('only a run that goes on can be stopped', () => {
  assert.match(page({ state: 'running' }), /data-do="stop"/);
  assert.doesNotMatch(page(), /data-do="stop"/);
});

test('the facts are there, and tokens are those that cost', () => {
  const html = page();
  for (const said of ['deep', 'pocket: SmolLM2', 'bubblewrap', 'pytest -q', '10 s', '53 candidates']) {
    assert.ok(html.includes(said), said);
  }
  assert.match(html, /<dt>Tokens<\/dt><dd>1,234</);
  assert.match(html, /title="1,500 read, 500 of them from the cache, 234 written"/);
  assert.equal(spent({ prompt: 10, cached: 4, completion: 1 }), 7);
});

test('a scripted run says so, another does not', () => {
  assert.match(
    page({ scripted: true, backend: 'scripted: demo' }),
    /<strong>Scripted\.<\/strong>.*no model is at work/,
  );
  assert.doesNotMatch(page(), /Scripted/);
});

test('each step has a bar in its lane, at its time', () => {
  const html = page();
  assert.equal(many(html, /class="bar /g), 3);
  assert.equal(many(html, /<li class="(planner|coder|tester|debugger|reviewer)( idle)?">/g), 5);
  assert.equal(many(html, /<li class="\w+ idle">/g), 2);
  const coder = /<g class="bar coder"[^]*?<rect x="([\d.]+)%" y="(\d+)" width="([\d.]+)%"/.exec(html);
  assert.deepEqual(coder?.slice(1), ['50', '41', '40']);
  assert.match(html, /<title>2\. Coder · 4\.0 s from 5\.0 s\nbecause a reason for coder\nwhat coder found<\/title>/);
  assert.match(html, /Getting ready: 2\.0 s\n0\.5 s: Copying<\/title>/);
});

test('a bar leads to its card', () => {
  const html = page();
  for (const [, number] of html.matchAll(/data-step="(\d+)"/g)) {
    assert.ok(html.includes(`id="step-${number}"`));
  }
  assert.equal(many(html, /role="link" tabindex="0"/g), 3);
});

test('bars stay inside the chart, however short a step or a run is', () => {
  for (const steps of [
    [step('coder', 0, 0)],
    [step('coder', 0, 1e-9), step('reviewer', 99.99, 0.01)],
    [step('tester', 500, 1)],
  ]) {
    const html = page({ steps, seconds: 0 });
    const bars = [...html.matchAll(/<g class="bar[^]*?<rect x="([\d.]+)%" y="\d+" width="([\d.]+)%"/g)];
    assert.equal(bars.length, steps.length);
    for (const [, x, width] of bars) {
      assert.ok(Number(x) >= 0 && Number(width) >= 1 && Number(x) + Number(width) <= 100.001, `${x} ${width}`);
    }
  }
});

test('a specialist that is not known has a card but no lane', () => {
  const html = page({ steps: [step('gardener', 0, 1), step('coder', 1, 1)] });
  assert.match(html, /Gardener/);
  assert.equal(many(html, /class="bar /g), 1);
  assert.match(html, /data-step="2"/);
});

test('the axis is marked at round times, and not too often', () => {
  assert.deepEqual(ticks(5.4), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(ticks(74), [0, 10, 20, 30, 40, 50, 60, 70]);
  for (const end of [0.001, 0.3, 8, 59, 61, 700, 9_000, 1e6]) {
    assert.ok(ticks(end).length >= 1 && ticks(end).length <= 9, `${end}`);
  }
});

test('a card says why, what came of it, who did it and what it cost', () => {
  const card = /<li class="card coder"[^]*?<\/li>/.exec(page())?.[0] ?? '';
  for (const said of [
    'a reason for coder',
    'what coder found',
    'by the model',
    '4.0 s',
    '1,234 tokens',
    '53 candidates tested of 60',
  ]) {
    assert.ok(card.includes(said), said);
  }
  assert.match(page(), /by rules/);
});

test('tries are a strip of passed, partly passed and failed ones', () => {
  const strip = /<div class="strip"[^]*?<\/div>/.exec(page())?.[0] ?? '';
  assert.match(strip, /role="img" aria-label="3 last tries: 1 passed, 2 did not"/);
  assert.match(strip, /… 50 earlier/);
  assert.deepEqual(
    [...strip.matchAll(/<b class="(\w+)"/g)].map((each) => each[1]),
    ['failed', 'partly', 'passed'],
  );
  assert.match(strip, /title="53\. line 9: &#96;\+&#96; → &#96;-&#96;\n3 passed, 0 failed"/);
});

test('the step under way says so', () => {
  const steps = [step('planner', 0, 1), step('coder', 1, 1, { summary: '' })];
  assert.match(page({ state: 'running', steps }), /<li class="card coder now"[^]*Under way…/);
  assert.match(page({ state: 'cancelled', steps }), /It did not come to an end\./);
});

test('tests are shown before and after, to one scale', () => {
  const html = page();
  assert.match(
    html,
    /aria-label="before: 2 passed, 2 failed"[^]*?class="passed"[^>]* width="50%"[^]*?class="failed" x="50%"[^>]* width="50%"/,
  );
  assert.match(html, /aria-label="after: 4 passed, 0 failed"[^]*?class="passed"[^>]* width="100%"/);
});

test('what fails since is open at once', () => {
  const verdict = { ...(sample().verdict as object), newly_failing: ['test_other'], after: null };
  const html = page({ verdict });
  assert.match(html, /<details class="names" data-key="Fails since" open><summary>Fails since: 1 test/);
  assert.match(html, /was not run/);
});

test('a diff is coloured by file, and what changed in a line is marked', () => {
  const html = patchView(story().diff).text;
  assert.deepEqual(
    [...html.matchAll(/<summary><code>([^<]+)/g)].map((each) => each[1]),
    ['shop/prices.py', 'tests/test_new.py'],
  );
  assert.match(html, /<del> {4}return result \* \(100 <mark>\+<\/mark> discount\) \/ 100<\/del>/);
  assert.match(html, /<ins> {4}return result \* \(100 <mark>-<\/mark> discount\) \/ 100<\/ins>/);
  assert.match(html, /<span class="badge">new<\/span>/);
  assert.ok(html.includes('&lt;b&gt;'));
});

test('a removed line that looks like a heading is a removed line', () => {
  const html = patchView(story().diff).text;
  assert.match(html, /<del>-- rates of old<\/del>/);
  assert.match(html, /<ins>\+\+ rates of today<\/ins>/);
});

test('a diff that was cut says so', () => {
  const html = patchView('--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n-a\n… 1,000 more characters are not kept here.\n').text;
  assert.match(html, /<tr class="meta"><td colspan="4">… 1,000 more characters are not kept here\./);
});

test('nothing in a story becomes markup', () => {
  const read = readStory({ ...(everywhere(sample(), EVIL) as object), state: 'running', scripted: true });
  assert.ok(read);
  const evil = { ...read, steps: read.steps.map((each, index) => (index ? { ...each, role: 'coder' } : each)) };
  const html = render(evil) + renderRuns([evil], evil.id);
  assert.doesNotMatch(html, /<img/);
  assert.ok(html.includes('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;'));
  wellFormed(html);
});

test('pages are well-formed', () => {
  for (const state of ['running', 'verified', 'unverified', 'abandoned', 'cancelled']) {
    wellFormed(page({ state, scripted: true }));
  }
  wellFormed(page({ steps: [], verdict: null, diff: '', plan: '', reason: '' }));
  wellFormed(renderNothing());
});

test('code in a sentence is set as code, and escaped', () => {
  assert.equal(prose('`a<b` and ` alone').text, '<code>a&lt;b</code> and &#96; alone');
});

test('durations are short', () => {
  assert.deepEqual([0, 9.94, 59.6, 74.2, 3600].map(duration), [
    '0.0 s',
    '9.9 s',
    '1 min 0 s',
    '1 min 14 s',
    '60 min 0 s',
  ]);
});

test('what is no story is none, and gaps are no errors', () => {
  for (const value of [null, undefined, 3, 'x', [], {}, { id: '' }, { id: 7 }]) {
    assert.equal(readStory(value), undefined);
  }
  const bare = readStory({
    id: 'x',
    steps: [null, { notes: 3, tries: [7] }],
    verdict: {},
    seconds: 'long',
    state: 'proven',
  });
  assert.ok(bare);
  assert.equal(bare.state, 'unverified');
  wellFormed(render(bare));
});

test('the list has every run, and the shown one is marked', () => {
  const runs = readRuns({ runs: [sample(), sample({ id: '60', state: 'abandoned' }), {}] });
  const html = renderRuns(runs, '60');
  assert.deepEqual(
    [...html.matchAll(/data-run="(\w+)"/g)].map((each) => each[1]),
    ['5f', '60'],
  );
  assert.match(html, /data-run="60" data-focus="run 60" aria-current="true"/);
  assert.equal(many(html, /aria-current/g), 1);
  assert.deepEqual(readRuns(null), []);
});

test('a screen reader is told how a run stands', () => {
  assert.equal(spoken(story()), 'Verified: Make test_total pass');
});
