// Which server is started: the one that was set, the extension's own, or the one on the PATH; and whether it is the one
// that this extension was made for. It installs nothing.
import path from 'node:path';
import * as vscode from 'vscode';
import { own } from './configuration';
import type { Environment } from './environment';
import { isProgram, onPath, versionOf } from './finding';
import { run } from './processes';

export interface Server {
  command: string;
  source: 'setting' | 'own' | 'path';
}

/** A server; a sentence where what was set cannot be it; undefined where there is none. */
export function findServer(environment: Environment): Server | string | undefined {
  const set = own('server.path');
  if (set !== '') {
    const command = path.isAbsolute(set) ? set : onPath(set);
    if (command !== undefined && isProgram(command)) return { command, source: 'setting' };
    return `${set}, which the setting quintet.server.path names, is no program.`;
  }
  const installed = environment.server;
  if (installed !== undefined) return { command: installed, source: 'own' };
  const command = onPath('quintet');
  return command === undefined ? undefined : { command, source: 'path' };
}

/** Why a server is not the one for this extension; null where it is. `fatal`: it is no server at all. */
export async function mismatch(server: Server, wanted: string): Promise<{ said: string; fatal: boolean } | null> {
  const ended = await run(server.command, ['--version'], { signal: AbortSignal.timeout(20_000) });
  const version = ended.code === 0 ? versionOf(ended.lines) : null;
  if (version === wanted) return null;
  if (version !== null) {
    return { said: `the server at ${server.command} is version ${version}, and this extension is made for ${wanted}.`, fatal: false };
  }
  const said = ended.code === 0 ? 'it names no version of Quintet' : ended.lines.findLast((line) => line.trim() !== '')?.trim();
  const why = ended.error || said || 'it said nothing';
  return { said: `${server.command} is not a Quintet server that runs: ${why.slice(0, 300)}`, fatal: true };
}

/** The version that the server has to have. */
export function wantedVersion(extension: vscode.Extension<unknown>): string {
  return (extension.packageJSON as { version: string }).version;
}
