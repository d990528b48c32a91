// In Restricted Mode nothing of the workspace runs; once it is trusted, the same command runs its tests.
import assert from 'node:assert/strict';
import { SHOP, TESTS } from '../stage.mjs';
import { sleep, watch } from '../waiting.mjs';

// found by name among the processes while it runs, in whatever sandbox
const WAITS = TESTS.replace('import unittest', 'import subprocess\nimport unittest\n\nsubprocess.run(["sleep", "1.2345"])');

export default async function (it) {
  const window = await it.open({ ...SHOP, 'test_prices.py': WAITS }, {}, { trust: true });
  assert.match(await window.dialog(), /trust the authors/i);
  await window.shot('question');
  await window.press(/^No/);
  await window.ready();
  await window.open('prices.py');
  await window.status('Restricted Mode');
  await window.status('Quintet fast');
  const stop = watch(/^sleep 1\.2345$/);
  await window.command('Quintet: Run the Tests');
  await window.toast('trust');
  await sleep(3);
  await window.shot('restricted');
  assert.deepEqual(stop(), [], 'no test has run');

  await window.command('Workspaces: Manage Workspace Trust');
  await window.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
  await window.until(async () => !(await window.hasStatus('Restricted Mode')), 'trust');
  await window.page.locator('.monaco-modal-editor-block .codicon-close').first().click(); // it lies over all editors
  await window.open('prices.py');
  const after = watch(/^sleep 1\.2345$/);
  await window.command('Quintet: Run the Tests');
  await window.toast('1 of 2 tests fail');
  assert.notDeepEqual(after(), [], 'now they have run');
}
