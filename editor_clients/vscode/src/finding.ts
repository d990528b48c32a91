// Programs on this machine: on the PATH, and which Python will do. It knows no editor; nothing is installed here.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './processes';

const WINDOWS = process.platform === 'win32';
const OLDEST: Version = [3, 11];

type Version = readonly [number, number];

/** Where a program lies on the PATH; relative folders of it are left out, since they may be the workspace's. */
export function onPath(name: string, folders: string | undefined = process.env.PATH): string | undefined {
  const names = WINDOWS ? [`${name}.exe`, `${name}.cmd`] : [name];
  const absolute = (folders ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return absolute.flatMap((folder) => names.map((each) => path.join(folder, each))).find(isProgram);
}

export function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The version that `quintet --version` prints; null where that was not Quintet. */
export function versionOf(lines: readonly string[]): string | null {
  return lines.map((line) => /^quintet (\d\S*)$/.exec(line.trim())?.[1]).find((found) => found !== undefined) ?? null;
}

export type Python = { command: string; args: string[] } | { problem: string };

/** A Python that the server can run on: the one that was set, else the best on the PATH. */
export async function findPython(set: string, folders?: string): Promise<Python> {
  const old: string[] = [];
  for (const [command, ...args] of set === '' ? candidates(folders) : [[set]]) {
    if (command === undefined) continue;
    const version = await pythonVersion(command, args);
    if (version !== null && isEnough(version)) return { command, args };
    if (version !== null) old.push(`${command} is Python ${version.join('.')}`);
  }
  return { problem: complaint(set, old) };
}

export function isEnough([major, minor]: Version): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** One sentence on why there is no Python to take, and what to do. */
export function complaint(set: string, old: readonly string[]): string {
  const needed = `Quintet's server needs Python ${OLDEST.join('.')} or newer`;
  const remedy = 'Install one, or say where it is in the setting quintet.server.python.';
  if (old.length > 0) return `${needed}, and what is here is too old: ${old.join(', ')}. ${remedy}`;
  if (set !== '') return `${needed}, and ${set}, which the setting quintet.server.python names, did not run.`;
  return `${needed}, and none was found on this machine. ${remedy}`;
}

function candidates(folders?: string): string[][] {
  const names = ['python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3', 'python'];
  const found = names.map((name) => onPath(name, folders)).filter((each) => each !== undefined);
  const launcher = WINDOWS ? onPath('py', folders) : undefined;
  return [...(launcher === undefined ? [] : [[launcher, '-3']]), ...[...new Set(found)].map((each) => [each])];
}

async function pythonVersion(command: string, args: readonly string[]): Promise<Version | null> {
  const asked = [...args, '-I', '-c', 'import sys; print("%d.%d" % sys.version_info[:2])'];
  const { code, lines } = await run(command, asked, { signal: AbortSignal.timeout(15_000) });
  const found = /^(\d+)\.(\d+)$/.exec(lines.at(-1)?.trim() ?? '');
  return code === 0 && found ? [Number(found[1]), Number(found[2])] : null;
}
