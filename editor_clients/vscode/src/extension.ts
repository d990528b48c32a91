// Where the parts are put together when the editor wakes the extension, and taken apart when it goes.
import path from 'node:path';
import * as vscode from 'vscode';
import { DidChangeConfigurationNotification } from 'vscode-languageclient/node';
import { registerCommands, setUpServer, type Parts } from './commands';
import { Connection } from './connection';
import { Environment } from './environment';
import { offered, openSetting } from './installing';
import type { QuintetClient } from './languageClient';
import { createLog, notice, problem, SHOW_LOG } from './log';
import { Previews } from './preview';
import { PreviewMarks } from './previewMarks';
import { PREVIEW, STATUS, TRACE, type Preview, type Status } from './protocol';
import { findServer, mismatch, wantedVersion } from './server';
import { StatusBar } from './statusBar';
import { TracePanel } from './trace';

/** What tests in the extension host may look at. */
export interface Api {
  connection: Connection;
  previews: Previews;
  status: () => Status | undefined;
}

const MATCHING = 'Install the Matching Server';
const SETTING = 'Open the Setting';
let connection: Connection | undefined;

export function activate(context: vscode.ExtensionContext): Api {
  const log = createLog();
  const environment = new Environment(path.join(context.globalStorageUri.fsPath, 'server'), path.join(context.extensionPath, 'server'));
  const previews = new Previews(log);
  const status = new StatusBar();
  const mine = new Connection(context.extension, log, () => serverToStart(parts, context));
  const trace = new TracePanel(vscode.Uri.joinPath(context.extensionUri, 'media'), async (command, argument) => mine.client?.command(command, argument));
  const parts: Parts = { connection: mine, environment, log, previews, status, trace };
  connection = mine;
  context.subscriptions.push(
    log,
    previews,
    new PreviewMarks(previews),
    status,
    trace,
    mine,
    registerCommands(parts),
    mine.onClient((client) => {
      listen(client, parts);
    }),
    mine.onDidChange((state) => {
      status.become(state);
      if (state !== 'running') previews.reject();
      void vscode.commands.executeCommand('setContext', 'quintet.running', state === 'running');
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => mine.client?.sendNotification(DidChangeConfigurationNotification.type, { settings: null })),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('quintet.server.path')) void mine.restart();
    }),
  );
  void vscode.commands.executeCommand('setContext', 'quintet.inFolder', vscode.workspace.workspaceFolders !== undefined);
  void mine.start();
  return { connection: mine, previews, status: () => status.status };
}

export async function deactivate(): Promise<void> {
  await connection?.stop();
}

function listen(client: QuintetClient, { previews, status, trace }: Parts): void {
  client.onNotification(STATUS, (now: Status) => {
    status.tell(now);
  });
  client.onNotification(TRACE, ({ story }: { story: unknown }) => {
    trace.tell(story);
  });
  client.onRequest(PREVIEW, (preview: Preview, token: vscode.CancellationToken) => previews.ask(preview, token));
}

/** The program to start; undefined where there is none, of which the user is told or asked. */
async function serverToStart(parts: Parts, context: vscode.ExtensionContext): Promise<string | undefined> {
  const found = findServer(parts.environment);
  if (typeof found === 'string') {
    void refused(parts, found);
    return undefined;
  }
  if (found === undefined) {
    void offered().then((wanted) => (wanted ? setUpServer(parts) : false));
    return undefined;
  }
  const wrong = await mismatch(found, wantedVersion(context.extension));
  if (wrong === null) return found.command;
  if (wrong.fatal) {
    void refused(parts, wrong.said);
    return undefined;
  }
  void notice(parts.log, wrong.said, MATCHING, SHOW_LOG).then((pressed) => (pressed === MATCHING ? setUpServer(parts, true) : undefined));
  return found.command;
}

async function refused(parts: Parts, said: string): Promise<void> {
  const pressed = await problem(parts.log, said, MATCHING, SETTING);
  if (pressed === SETTING) await openSetting('quintet.server.path');
  if (pressed === MATCHING) await setUpServer(parts, true);
}
