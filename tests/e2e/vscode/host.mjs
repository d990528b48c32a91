// One code-server and one Chromium for all scenarios: started, given settings, and ended without leaving a process.
// It knows nothing of Quintet but that it is an extension.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { gone, sleep, until } from './waiting.mjs';

const CHROMIUM = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--force-color-profile=srgb',
];

// What keeps VS Code quiet and the same each time.
const QUIET = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.layoutControl.enabled': false,
  'window.commandCenter': false,
  'window.menuBarVisibility': 'classic',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'chat.disableAIFeatures': true,
  'files.simpleDialog.enable': true,
  'files.autoSave': 'off',
  'git.enabled': false,
  'editor.lightbulb.enabled': 'on',
  'editor.minimap.enabled': false,
  'editor.hover.delay': 3000,
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.wordBasedSuggestions': 'off',
  'outline.problems.enabled': false,
};

/**
 * Start both. `where` has node, codeServer, playwright, chromium, vsixes; `folder` is empty and ours; everything
 * started carries `mark` in its environment.
 */
export async function start(where, folder, mark) {
  const made = (name) => fs.mkdirSync(path.join(folder, name), { recursive: true });
  for (const name of ['user/User', 'user/Machine', 'extensions', 'home', 'ws', 'log']) made(name);
  const env = {
    ...process.env,
    MARK_OF_THIS_TEST: mark,
    PATH: `${path.dirname(where.node)}:${process.env.PATH}`,
    XDG_CONFIG_HOME: path.join(folder, 'home/config'),
    XDG_DATA_HOME: path.join(folder, 'home/data'),
    XDG_STATE_HOME: path.join(folder, 'home/state'),
    XDG_CACHE_HOME: path.join(folder, 'home/cache'),
    OMP_NUM_THREADS: '1',
  };
  const common = [where.codeServer, '--user-data-dir', `${folder}/user`, '--extensions-dir', `${folder}/extensions`];
  for (const vsix of where.vsixes) {
    await promisify(execFile)(where.node, [...common, '--install-extension', vsix], { env });
  }
  const port = await freePort();
  const log = fs.openSync(path.join(folder, 'log/code-server.log'), 'w');
  const server = spawn(
    where.node,
    [
      ...common, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check',
      '--disable-getting-started-override', '--disable-proxy', '--reconnection-grace-time', '2',
    ],
    { env, stdio: ['ignore', log, log], detached: true },
  );
  const { chromium } = createRequire(`${where.playwright}/package.json`)('playwright-core');
  const options = { executablePath: where.chromium, headless: true, args: CHROMIUM, env, viewport: { width: 1120, height: 660 } };
  const browser = await chromium.launchPersistentContext(path.join(folder, 'home/chromium'), options);
  await until('code-server', async () => (await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null))?.ok, 60);
  return new Host(folder, mark, port, server, browser);
}

class Host {
  constructor(folder, mark, port, server, browser) {
    Object.assign(this, { folder, mark, port, server, browser });
  }

  /** A folder with these files, to be opened as a workspace. */
  workspace(name, files) {
    const root = path.join(this.folder, 'ws', name);
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      fs.writeFileSync(path.join(root, file), text);
    }
    return root;
  }

  /** What the user has set, from the next window on. Settings of machine scope are read from a file of their own. */
  settings(own, trust = false) {
    const asks = { 'security.workspace.trust.enabled': trust, 'security.workspace.trust.startupPrompt': 'always' };
    const all = { ...QUIET, ...asks, ...own };
    for (const place of ['User', 'Machine']) {
      fs.writeFileSync(path.join(this.folder, 'user', place, 'settings.json'), JSON.stringify(all, null, 2));
    }
  }

  /** A window on a folder; the caller closes it. They share a profile, whose cache saves seconds each. */
  async page(root) {
    const page = await this.browser.newPage();
    page.on('dialog', (dialog) => void dialog.accept().catch(() => {})); // "leave with unsaved changes?"
    await page.goto(`http://127.0.0.1:${this.port}/?folder=${encodeURIComponent(root)}`);
    return page;
  }

  /** Everything is asked to end; what has not after a while is killed. Returns the command lines of those. */
  async stop() {
    await this.browser.close().catch(() => {});
    signal(this.server, 'SIGTERM');
    const left = await gone([this.mark], 15, [process.pid]);
    signal(this.server, 'SIGKILL');
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {}
    }
    await sleep(0.1);
    return left.map(({ command }) => command);
  }
}

function signal(child, name) {
  try {
    process.kill(-child.pid, name);
  } catch {} // it has ended
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
