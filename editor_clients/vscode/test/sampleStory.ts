/** A run as the server tells it, with names of its own for what a page could be broken by. */

export const EVIL = `<img src=x onerror="alert('1')">&`;

const NONE = { prompt: 0, cached: 0, completion: 0 };

const DIFF = `--- a/shop/prices.py
+++ b/shop/prices.py
@@ -6,4 +6,4 @@
     result = 0
-    return result * (100 + discount) / 100
+    return result * (100 - discount) / 100
 
--- rates of old
+++ rates of today
--- /dev/null
+++ b/tests/test_new.py
@@ -0,0 +1,2 @@
+def test_new():
+    assert "<b>"
`;

export function sample(changed: object = {}): Record<string, unknown> {
  return {
    id: '5f',
    title: 'Make test_total pass',
    started: 1_795_675_929,
    seconds: 10,
    state: 'verified',
    mode: 'deep',
    backend: 'pocket: SmolLM2',
    sandbox: 'bubblewrap: no network',
    command: 'pytest -q',
    scripted: false,
    task: { kind: 'test_failure', path: 'shop/prices.py', line: 9, issue: '', diagnostic: '', tests: ['test_total'] },
    plan: 'shop/prices.py :: total :: adds',
    reason: 'test_total passes now.',
    diff: DIFF,
    tokens: { prompt: 1500, cached: 500, completion: 234 },
    steps: [
      step('planner', 2, 3, {
        notes: [
          { at: 0.5, text: 'Copying' },
          { at: 4, text: 'Suspicious: total' },
        ],
      }),
      step('coder', 5, 4, {
        by_model: true,
        candidates: 60,
        judged: 53,
        tokens: { prompt: 1500, cached: 500, completion: 234 },
        tries: [attempt(51, 0, 3, false), attempt(52, 2, 1, false), attempt(53, 3, 0, true)],
      }),
      step('reviewer', 9, 1),
    ],
    verdict: {
      verified: true,
      reason: 'test_total passes now.',
      command: 'pytest -q',
      level: 'bubblewrap',
      named: ['test_total'],
      newly_failing: [],
      before: { exit_code: 1, passed: 2, failed: 2, seconds: 0.7 },
      after: { exit_code: 0, passed: 4, failed: 0, seconds: 0.4 },
    },
    ...changed,
  };
}

export function step(role: string, at: number, seconds: number, more: object = {}): object {
  const said = { role, mode: 'deep', why: `a reason for ${role}`, summary: `what ${role} found`, at, seconds };
  return { ...said, by_model: false, tokens: NONE, candidates: 0, judged: 0, notes: [], tries: [], ...more };
}

export function attempt(number: number, passed: number, failed: number, plausible: boolean): object {
  const message = plausible ? '' : 'AssertionError: 33 == 27\nmore of it';
  return { number, source: 'edit', description: 'line 9: `+` → `-`', score: -1, passed, failed, plausible, message };
}

/** The value with every text in it replaced. */
export function everywhere(value: unknown, text: string): unknown {
  if (typeof value === 'string') {
    return text;
  }
  if (Array.isArray(value)) {
    return value.map((each) => everywhere(each, text));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, everywhere(each, text)]));
}
