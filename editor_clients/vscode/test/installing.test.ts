// The server and a Python are found where they may be, and what pip says comes out as one sentence.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { Environment } from '../src/environment';
import { complaint, findPython, isEnough, onPath, versionOf } from '../src/finding';
import { diagnosis, stage } from '../src/pip';
import { run } from '../src/processes';

function folder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'quintet-vscode-'));
}

function program(where: string, name: string, text: string): string {
  const file = path.join(where, name);
  fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}

/** What an installation asks for, and what it has said. */
function asked(signal = new AbortController().signal) {
  const said: string[] = [];
  const say = (words: string) => said.push(words);
  return { python: '', signal, said, say, hear: () => undefined };
}

test('a program is looked for in whole paths only', () => {
  const where = folder();
  const file = program(where, 'quintet', 'exit 0');
  assert.equal(onPath('quintet', `relative${path.delimiter}${where}`), file);
  assert.equal(onPath('quintet', path.relative(process.cwd(), where)), undefined);
  assert.equal(onPath('quintet', ''), undefined);
});

test('the version that is printed', () => {
  assert.equal(versionOf(['quintet 0.1.0']), '0.1.0');
  assert.equal(versionOf(['a warning', 'quintet 1.2.3.dev4 ']), '1.2.3.dev4');
  assert.equal(versionOf(['coreutils 9.1', '']), null);
});

test('a Python that is too old is told apart from one that is not there', async () => {
  const where = folder();
  program(where, 'python3', 'echo 3.9');
  const found = await findPython('', where);
  assert.ok('problem' in found);
  assert.match(found.problem, /needs Python 3\.11 or newer, and what is here is too old: .*python3 is Python 3\.9/);
  assert.match(complaint('', []), /none was found on this machine/);
  assert.match(complaint('/x/python', []), /\/x\/python, which the setting .* names, did not run/);
  assert.ok(isEnough([3, 11]) && isEnough([4, 0]) && !isEnough([3, 10]));
});

test('the newest Python is taken, and one that does not run is passed over', async () => {
  const where = folder();
  program(where, 'python3.13', 'exit 1');
  const good = program(where, 'python3.12', 'echo 3.12');
  program(where, 'python3', 'echo 3.11');
  assert.deepEqual(await findPython('', where), { command: good, args: [] });
});

test('an environment is there once all of it is, and a failure says what to do', async () => {
  const where = folder();
  const bundled = folder();
  const own = path.join(where, 'server');
  const environment = new Environment(own, bundled);
  assert.match((await environment.install(asked())) ?? '', /brings no server along/);
  fs.writeFileSync(path.join(bundled, 'quintet_lsp-0.1.0-py3-none-any.whl'), '');
  const python = program(where, 'python', `case "$*" in *version_info*) echo 3.12;; *) echo "ensurepip is not available"; exit 1;; esac`);
  const said = asked();
  assert.match((await environment.install({ ...said, python })) ?? '', /cannot make virtual environments/);
  assert.deepEqual(said.said, ['looking for Python', 'making an environment']);
  assert.equal(environment.server, undefined);
});

test('an environment that is whole has a server, and one that was cancelled has none', async () => {
  const where = folder();
  const bundled = folder();
  fs.writeFileSync(path.join(bundled, 'quintet_lsp-0.1.0-py3-none-any.whl'), '');
  const environment = new Environment(path.join(where, 'server'), bundled);
  const makes = `mkdir -p "$5/bin" && printf '#!/bin/sh\\nexit 0\\n' > "$5/bin/python" && cp "$5/bin/python" "$5/bin/quintet" && chmod +x "$5"/bin/*`;
  const python = program(where, 'python', `case "$*" in *version_info*) echo 3.12;; *) ${makes};; esac`);
  const stop = new AbortController();
  const cancelled = { ...asked(stop.signal), python, say: (words: string) => { if (words.includes('environment')) stop.abort(); } };
  assert.equal(await environment.install(cancelled), '');
  assert.equal(environment.server, undefined);
  assert.equal(await environment.install({ ...asked(), python }), null);
  assert.equal(environment.server, path.join(where, 'server', 'bin', 'quintet'));
});

test('what pip is doing, in plain words', () => {
  assert.equal(stage('Collecting pygls==2.1.1'), 'looking up pygls');
  assert.equal(stage('  Downloading numpy-2.4.0-cp311.whl (16.6 MB)'), 'downloading numpy (16.6 MB)');
  assert.equal(stage('  [12/90] Building CXX object'), 'compiling the engine: 12 of 90 steps');
  assert.equal(stage('Requirement already satisfied'), null);
});

test('why pip failed, and what to do', () => {
  const said = (...lines: string[]) => diagnosis(lines, 'linux');
  assert.match(said('Error: ensurepip is not available'), /apt install python3-venv/);
  assert.match(said('ERROR: Failed building wheel for llama-cpp-python', 'CMAKE_CXX_COMPILER not set'), /C\+\+ compiler.*apt install g\+\+/);
  assert.match(said('NewConnectionError', 'No matching distribution found for pygls'), /index could not be reached/);
  assert.match(said('No matching distribution found for pygls==9'), /has pygls==9 for this Python/);
  assert.match(said('something else'), /the log says why/);
});

// what it has started holds its stdout, so that it would take a minute if that ran on
test('what is cancelled ends with all that it has started', { timeout: 20_000 }, async () => {
  const stop = new AbortController();
  const ended = run('/bin/sh', ['-c', 'echo begun; sleep 60 & wait'], { signal: stop.signal, hear: () => { stop.abort(); } });
  assert.equal((await ended).code, null);
  assert.match((await run('/nowhere/program', [])).error, /ENOENT/);
});
