// Inside the extension host: a second extension uses VS Code's API beside ours, and sees what ours tells its server.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { SHOP } from '../stage.mjs';

export default async function (it) {
  const folder = fs.mkdtempSync(path.join(it.host.folder, 'probe-'));
  const [out, log, server] = ['out.json', 'log', 'quintet'].map((name) => path.join(folder, name));
  fs.mkdirSync(log);
  const recorder = path.join(import.meta.dirname, '../recorder.py');
  fs.writeFileSync(server, `#!/bin/sh\nexec '${it.job.python}' '${recorder}' '${it.job.server}' '${log}' "$@"\n`, { mode: 0o755 });

  const probe = JSON.stringify({ out, log });
  const window = await it.open({ ...SHOP, 'broken.py': 'x = (\n', 'quintet-probe.json': probe }, {}, { server });
  await window.until(() => fs.existsSync(out), 'the results', 120);
  const results = JSON.parse(fs.readFileSync(out, 'utf8'));
  const problems = results.filter(({ problem }) => problem).map(({ name, problem }) => `${name}: ${problem}`);
  assert.equal(problems.join('\n\n'), '');
  assert.ok(results.length >= 5);
}
