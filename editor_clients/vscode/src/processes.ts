// A program run to its end, its lines heard as they come, and ended with all it has started when it is cancelled.
// It knows nothing of what is run.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Ended {
  /** Null where it could not be started or was stopped. */
  code: number | null;
  /** Of stdout and stderr, as they came. */
  lines: string[];
  /** Why it could not be started. */
  error: string;
}

export interface How {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  signal?: AbortSignal;
  hear?: (line: string) => void;
}

const POSIX = process.platform !== 'win32';
const MOST_LINES = 5000;

/** Run a program; it never throws: what went wrong is in what it returns. */
export function run(command: string, args: readonly string[], how: How = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const lines: string[] = [];
    let error = '';
    const child = spawn(command, args, {
      cwd: how.cwd,
      env: how.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: POSIX, // a group of its own, so that all of it can be ended
      windowsHide: true,
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
        if (lines.length === MOST_LINES) lines.shift();
        lines.push(line);
        how.hear?.(line);
      });
    }
    const stop = () => {
      end(child.pid);
    };
    child.on('error', (failure) => {
      error = failure.message;
    });
    child.on('close', (code) => {
      how.signal?.removeEventListener('abort', stop);
      resolve({ code: error === '' && !how.signal?.aborted ? code : null, lines, error });
    });
    if (how.signal?.aborted) stop();
    how.signal?.addEventListener('abort', stop);
  });
}

/** End a process and those it has started. */
function end(pid: number | undefined): void {
  if (pid === undefined) return;
  if (!POSIX) {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).on('error', () => undefined);
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
