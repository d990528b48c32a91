// Runs in the extension host of a workspace that has quintet-probe.json, and writes what held to the file named there.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');

exports.activate = () => void main();

async function main() {
  const root = vscode.workspace.workspaceFolders[0].uri;
  const { out, log } = JSON.parse(fs.readFileSync(path.join(root.fsPath, 'quintet-probe.json'), 'utf8'));
  const extension = vscode.extensions.getExtension('quintet.quintet-vscode');
  const api = await extension.activate();
  const it = { api, extension, log, at: (name) => vscode.Uri.joinPath(root, name) };
  const results = [];
  for (const [name, test] of Object.entries(TESTS)) {
    try {
      await test(it);
      results.push({ name });
    } catch (error) {
      results.push({ name, problem: String(error.stack ?? error) });
    }
  }
  fs.writeFileSync(`${out}.part`, JSON.stringify(results));
  fs.renameSync(`${out}.part`, out);
}

const TESTS = {
  'a syntax problem is a diagnostic of ours, and goes with what caused it': async (it) => {
    const uri = it.at('broken.py');
    await vscode.window.showTextDocument(uri);
    const ours = () => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'quintet');
    const [found] = await until('the diagnostic', () => ours().length && ours());
    assert.equal(codeOf(found), 'syntax');
    assert.equal(found.range.start.line, 0);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(1, 0), ')\n');
    await vscode.workspace.applyEdit(edit);
    await until('no diagnostic', () => !ours().length);
  },

  'what is offered at a test is a command, and nothing is preferred before it is proven': async (it) => {
    const uri = it.at('test_prices.py');
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const range = new vscode.Range(7, 8, 7, 8);
    const actions = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', uri, range);
    const make = actions.find(({ title }) => title === 'Make test_discount pass');
    assert.ok(make, actions.map(({ title }) => title).join(' | '));
    assert.equal(make.command?.command, 'quintet.fix');
    assert.equal(make.edit, undefined);
    assert.equal(make.isPreferred ?? false, false);
    assert.ok(vscode.CodeActionKind.QuickFix.contains(make.kind));
    const none = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', uri, range, 'source.organizeImports');
    assert.deepEqual(none.filter(({ title }) => title.includes('Quintet')), []);
  },

  'the server is told what the user has set, and nothing else': async (it) => {
    const settings = vscode.workspace.getConfiguration('quintet');
    const before = { backend: 'none', mode: 'fast', test: { command: 'python -m unittest' }, trusted: true };
    assert.deepEqual((await until('the settings', () => answers(it.log))).at(-1), before);
    const { initializationOptions } = messages(it.log).find(({ method }) => method === 'initialize').params;
    for (const [key, value] of Object.entries(initializationOptions)) assert.deepEqual(value, before[key], key);
    await settings.update('budget.seconds', 30, vscode.ConfigurationTarget.Workspace);
    await until('the new setting', () => answers(it.log).at(-1).budget?.seconds === 30);
    assert.deepEqual(answers(it.log).at(-1), { ...before, budget: { seconds: 30 } });
    await settings.update('budget.seconds', undefined, vscode.ConfigurationTarget.Workspace);
    await until('the setting to be gone', () => answers(it.log).at(-1).budget === undefined);
    assert.deepEqual(answers(it.log).at(-1), before);
  },

  'what the client declares of our own is what it answers': async (it) => {
    const { capabilities } = messages(it.log).find(({ method }) => method === 'initialize').params;
    assert.deepEqual(capabilities.experimental.quintet, { preview: true, status: true, trace: true });
    assert.equal(typeof it.api.status().mode, 'string');
  },

  'restarts never overlap': async (it) => {
    const wanted = [1, 2, 3, 4].map(() => vscode.commands.executeCommand('quintet.client.restart'));
    await Promise.all(wanted);
    await vscode.commands.executeCommand('quintet.client.restart');
    await until('the server', () => it.api.connection.state === 'running');
    const lives = recorded(it.log).map((lines) => ({ from: lines[0].time, to: lines.find(({ end }) => end)?.time ?? Infinity }));
    assert.ok(lives.length >= 3, `${lives.length} servers`);
    assert.equal(lives.filter(({ to }) => to === Infinity).length, 1, 'one server is left');
    for (const [before, after] of lives.slice(1).map((life, at) => [lives[at], life])) assert.ok(before.to <= after.from, JSON.stringify(lives));
  },
};

/** What the servers so far were sent, in the order of their starts: for each its lines. */
function recorded(folder) {
  const files = fs.readdirSync(folder).sort().map((name) => fs.readFileSync(path.join(folder, name), 'utf8'));
  return files.map((text) => text.split('\n').slice(0, -1).map((line) => JSON.parse(line)));
}

function messages(folder) {
  return recorded(folder).flat().flatMap(({ message }) => message ?? []);
}

/** The answers to the server's questions for the section `quintet`; only those are lists with such an object. */
function answers(folder) {
  const found = messages(folder).filter(({ result }) => Array.isArray(result) && typeof result[0] === 'object' && 'trusted' in (result[0] ?? {}));
  return found.length ? found.map(({ result }) => result[0]) : undefined;
}

function codeOf({ code }) {
  return typeof code === 'object' ? code.value : code;
}

async function until(what, condition, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
