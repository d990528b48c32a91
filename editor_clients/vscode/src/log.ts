// Where everything is written that is too much for a message: one log for the extension and the server.
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import { entry } from './crashes';

export type Log = vscode.LogOutputChannel;

export const SHOW_LOG = 'Show Log';

export function createLog(): Log {
  return vscode.window.createOutputChannel('Quintet', { log: true });
}

/** Copy what the server writes to stderr into the log, each line at its level; `hear` gets every line. */
export function follow(stream: Readable, log: Log, hear: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
    hear(line);
    const said = entry(line);
    if (said === null) log.info(line);
    else if (said.level === 'debug') log.debug(said.message);
    else if (said.level === 'warning') log.warn(said.message);
    else if (said.level === 'error' || said.level === 'critical') log.error(said.message);
    else log.info(said.message);
  });
}

/** Show a problem with buttons; the one for the log is always there. Returns the other button that was pressed. */
export async function problem(log: Log, text: string, ...buttons: string[]): Promise<string | undefined> {
  log.error(text);
  const pressed = await vscode.window.showErrorMessage(`Quintet: ${text}`, ...buttons, SHOW_LOG);
  if (pressed === SHOW_LOG) {
    log.show(true);
    return undefined;
  }
  return pressed;
}

/** The same for what is no error, where the button for the log is one of those that are asked for. */
export async function notice(log: Log, text: string, ...buttons: string[]): Promise<string | undefined> {
  log.info(text);
  const pressed = await vscode.window.showWarningMessage(`Quintet: ${text}`, ...buttons);
  if (pressed === SHOW_LOG) log.show(true);
  return pressed;
}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
