// Only what the user has set goes to the server, and never what is the extension's own.
import assert from 'node:assert/strict';
import test from 'node:test';
import manifest from '../package.json';
import { LANGUAGES } from '../src/languages';
import { explicit, nested, serverKeys } from '../src/settings';

test('a default is not sent, and the narrowest place counts', () => {
  assert.equal(explicit(undefined), undefined);
  assert.equal(explicit({}), undefined);
  assert.equal(explicit({ globalValue: null }), undefined);
  assert.equal(explicit({ globalValue: 'fast' }), 'fast');
  assert.equal(explicit({ globalValue: 'fast', workspaceValue: 'deep' }), 'deep');
  assert.equal(explicit({ globalValue: true, workspaceFolderValue: false }), false);
});

test('lists of all places add up', () => {
  assert.deepEqual(explicit({ globalValue: ['a'], workspaceValue: ['b', 'c'] }), ['a', 'b', 'c']);
});

test('dotted keys are nested objects', () => {
  const values: [string, unknown][] = [
    ['mode', 'fast'],
    ['budget.tokens', 10],
    ['budget.seconds', undefined],
    ['test.command', 'make test'],
  ];
  assert.deepEqual(nested(values), { mode: 'fast', budget: { tokens: 10 }, test: { command: 'make test' } });
});

test("the extension's own keys are not the server's", () => {
  const keys = serverKeys(manifest.contributes.configuration);
  assert.ok(keys.includes('mode') && keys.includes('test.command'));
  assert.deepEqual(keys.filter((key) => /^(server|trace)\b/.test(key) || key === 'trusted'), []);
});

test('the extension wakes for every language that it sends', () => {
  const wakes = manifest.activationEvents.filter((event) => event.startsWith('onLanguage:'));
  assert.deepEqual(new Set(wakes.map((event) => event.slice('onLanguage:'.length))), new Set(LANGUAGES));
  assert.ok(manifest.activationEvents.includes('workspaceContains:quintet.toml'));
});

test('what a workspace may not decide is restricted or out of its reach', () => {
  const restricted = new Set(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations);
  for (const part of manifest.contributes.configuration) {
    for (const [key, { scope }] of Object.entries(part.properties)) {
      if (scope === 'machine-overridable') assert.ok(restricted.has(key), key);
    }
  }
});

test('every command in a menu, a key or the walkthrough exists', () => {
  const { commands, menus, keybindings, walkthroughs } = manifest.contributes;
  const known = new Set(commands.map(({ command }) => command));
  const used = [
    ...Object.values(menus).flatMap((rows) => (rows as { command?: string }[]).flatMap(({ command }) => command ?? [])),
    ...keybindings.map(({ command }) => command),
    ...[...JSON.stringify(walkthroughs).matchAll(/command:(quintet\.[\w.]+)/g)].map(([, command]) => command ?? ''),
  ];
  assert.deepEqual(used.filter((command) => !known.has(command)), []);
});
