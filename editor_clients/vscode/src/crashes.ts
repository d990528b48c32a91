// Whether a server that ended by itself is started again, and the one sentence that says so. It starts nothing.

const WINDOW_MS = 180_000;

/** The ends of late that nobody asked for. */
export class Crashes {
  private times: number[] = [];

  /** Note one; whether the server is to be started again: once in three minutes, and no oftener. */
  again(now: number): boolean {
    this.times = [...this.times.filter((time) => now - time < WINDOW_MS), now];
    return this.times.length === 1;
  }

  /** The user has taken it in hand: begin to count anew. */
  forget(): void {
    this.times = [];
  }
}

/** How a process ended, in words. */
export function ending(code: number | null, signal: string | null): string {
  if (signal !== null) return `signal ${signal}`;
  return code === null ? 'its connection was closed' : `exit code ${code}`;
}

/** The last line that says why, of what a process wrote to stderr: of a trace of Python's, the error itself. */
export function lastWords(lines: readonly string[]): string {
  const said = lines.map(message).filter((line) => line !== '' && !/^\s/.test(line));
  return (said.at(-1) ?? '').slice(0, 300);
}

/** The message of a line of the server's log, which is JSON; any other line as it is. */
function message(line: string): string {
  return entry(line)?.message ?? line.trimEnd();
}

/** A line of the server's log: its level and what it says. Null for what is no such line. */
export function entry(line: string): { level: string; message: string } | null {
  if (!line.startsWith('{')) return null;
  try {
    const { level, logger, message: said, trace } = JSON.parse(line) as Record<string, unknown>;
    if (typeof level !== 'string' || typeof said !== 'string') return null;
    const about = typeof logger === 'string' ? `[${logger}] ` : '';
    return { level, message: `${about}${said}${typeof trace === 'string' ? `\n${trace}` : ''}` };
  } catch {
    return null;
  }
}
