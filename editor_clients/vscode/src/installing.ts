// The dialogues around installing: offered, shown with a progress that can be cancelled, and told how it ended.
import * as vscode from 'vscode';
import { own } from './configuration';
import type { Asked, Environment, Failure } from './environment';
import { onPath } from './finding';
import { problem, type Log } from './log';
import { compilerAdvice } from './pip';

const INSTALL = 'Install';
const AGAIN = 'Try Again';
const PATH = 'Say Where It Is';

/** Ask whether the server shall be installed; true where it is to be. */
export async function offered(): Promise<boolean> {
  const pressed = await vscode.window.showInformationMessage(
    'Quintet: the server is not installed yet. It can be put into an environment of its own, away from your projects.',
    INSTALL,
    PATH,
  );
  if (pressed === PATH) await openSetting('quintet.server.path');
  return pressed === INSTALL;
}

export async function openSetting(key: string): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', key);
}

/** Install the server into its own environment; whether it is there now. */
export async function installServer(environment: Environment, log: Log): Promise<boolean> {
  return attempted(log, 'Installing the Quintet server', (asked) => environment.install(asked));
}

/** Install the pocket model; whether it is there now. */
export async function installPocket(environment: Environment, log: Log): Promise<boolean> {
  const compiler = process.platform === 'win32' ? 'there' : ['c++', 'g++', 'clang++'].map((name) => onPath(name)).find(Boolean);
  const detail = [
    'The model itself is small (about 100 MB). Its engine, llama.cpp, is compiled on this machine, which takes 3 to 10 minutes, once, and needs a C++ compiler.',
    compiler === undefined ? `No C++ compiler was found here. ${compilerAdvice()}` : '',
  ];
  const go = await vscode.window.showInformationMessage(
    'Install the pocket model?',
    { modal: true, detail: detail.filter(Boolean).join('\n\n') },
    INSTALL,
  );
  if (go !== INSTALL) return false;
  return attempted(log, 'Installing the pocket model', (asked) => environment.installPocket(asked));
}

async function attempted(log: Log, title: string, work: (asked: Asked) => Promise<Failure>): Promise<boolean> {
  for (;;) {
    const failure = await shown(log, title, work);
    if (failure === null) return true;
    if (failure === '') {
      void vscode.window.showInformationMessage(`Quintet: ${title.toLowerCase().replace('quintet ', '')} was cancelled.`);
      return false;
    }
    if ((await problem(log, failure, AGAIN)) !== AGAIN) return false;
  }
}

function shown(log: Log, title: string, work: (asked: Asked) => Promise<Failure>): Thenable<Failure> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => {
      stop.abort();
    });
    try {
      return await work({
        python: own('server.python'),
        signal: stop.signal,
        say: (message) => {
          progress.report({ message });
        },
        hear: (line) => {
          log.info(line);
        },
      });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  });
}
