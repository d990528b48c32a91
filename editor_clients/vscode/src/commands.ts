// The commands that are the client's own. Those of the server are registered by the connection, under their own names.
import * as vscode from 'vscode';
import { completed, instruction } from './asking';
import { own } from './configuration';
import type { Connection } from './connection';
import type { Environment } from './environment';
import { installPocket, installServer, openSetting } from './installing';
import { notice, type Log } from './log';
import { chooseBackend, chooseMode, menu } from './menu';
import type { Previews } from './preview';
import type { Range } from './protocol';
import { findServer } from './server';
import type { StatusBar } from './statusBar';
import type { TracePanel } from './trace';

export interface Parts {
  connection: Connection;
  environment: Environment;
  log: Log;
  previews: Previews;
  status: StatusBar;
  trace: TracePanel;
}

export function registerCommands(parts: Parts): vscode.Disposable {
  const { connection, log, previews, status, trace } = parts;
  const actions: Record<string, (...args: never[]) => unknown> = {
    restart: () => connection.restart(),
    log: () => {
      log.show();
    },
    menu: () => menu(connection.state, status.status, previews.current !== undefined),
    rewrite: (where?: { uri: string; range: Range }) => rewrite(connection, where),
    showTrace: () => trace.show(),
    chooseMode: () => chooseMode(status.status?.mode),
    chooseBackend: () => chooseBackend(status.status?.backend),
    installServer: () => setUpServer(parts),
    installPocket: () => pocket(parts),
    acceptPreview: () => {
      previews.accept();
    },
    rejectPreview: () => {
      previews.reject();
    },
    toggleHunk: (id?: unknown) => {
      previews.toggle(typeof id === 'number' ? id : undefined);
    },
    showPreview: () => previews.focus(),
  };
  const all = Object.entries(actions).map(([name, act]) => vscode.commands.registerCommand(`quintet.client.${name}`, act));
  return vscode.Disposable.from(...all);
}

/** Rewrite a piece of code: the one a code action speaks of, else what is selected. */
async function rewrite(connection: Connection, where?: { uri: string; range: Range } | vscode.Uri): Promise<unknown> {
  if (where === undefined || where instanceof vscode.Uri) {
    const filled = await completed('quintet.rewrite', where === undefined ? [] : [where]);
    return filled && connection.client?.command('quintet.rewrite', filled[0]);
  }
  const words = await instruction(where.range);
  return words === undefined ? undefined : connection.client?.command('quintet.rewrite', { ...where, instruction: words });
}

/**
 * Install the server and start the one that comes first then; whether it is installed. With `instead`, the user's
 * setting gives way to it; without, they are told of a setting that names another one.
 */
export async function setUpServer({ connection, environment, log }: Parts, instead = false): Promise<boolean> {
  await connection.stop();
  const done = await installServer(environment, log);
  const configuration = vscode.workspace.getConfiguration('quintet');
  if (done && instead && configuration.inspect('server.path')?.globalValue !== undefined) {
    await configuration.update('server.path', undefined, vscode.ConfigurationTarget.Global);
  }
  await connection.restart();
  if (done && own('server.path') !== '') void tellOfSetting(log);
  return done;
}

async function tellOfSetting(log: Log): Promise<void> {
  const open = 'Open the Setting';
  const said = `the server is installed, but the setting quintet.server.path names another one: ${own('server.path')}.`;
  if ((await notice(log, said, open)) === open) await openSetting('quintet.server.path');
}

async function pocket(parts: Parts): Promise<void> {
  const { connection, environment, log } = parts;
  const found = findServer(environment);
  if (typeof found === 'object' && found.source !== 'own') {
    void notice(
      log,
      `the server in use, ${found.command}, is not the extension's own. Install the model with it: quintet models pull pocket.`,
    );
    return;
  }
  if (environment.server === undefined && !(await setUpServer(parts))) return;
  if (!(await installPocket(environment, log))) return;
  await connection.restart();
  const choose = 'Use It';
  const pressed = await vscode.window.showInformationMessage('Quintet: the pocket model is installed.', choose);
  if (pressed === choose) await vscode.workspace.getConfiguration('quintet').update('backend', 'pocket', vscode.ConfigurationTarget.Global);
}
