// The state of things in words and signs. It knows no editor.
import type { ConnectionState } from './connection';
import type { Status } from './protocol';

export interface Described {
  text: string;
  /** One short sentence. */
  summary: string;
  engine: string;
  lines: string[];
  alarm: 'none' | 'warning' | 'error';
  busy: boolean;
}

const OUTCOMES: Record<string, string> = {
  verified: 'verified',
  unverified: 'not verified',
  abandoned: 'nothing found',
  cancelled: 'cancelled',
};

export function describe(connection: ConnectionState, status: Status | undefined): Described {
  if (connection === 'failed') return bare('$(error) Quintet', 'The server does not run', 'error');
  if (connection === 'stopped') return bare('$(circle-slash) Quintet', 'There is no server', 'none');
  if (connection === 'starting' || status === undefined) {
    return { ...bare('$(loading~spin) Quintet', 'The server is starting', 'none'), busy: true };
  }
  const engine = engineOf(status);
  const scripted = status.scripted ? 'scripted: answers from a file, not from a model' : '';
  return {
    text: [`${icon(status)} Quintet`, status.mode, status.scripted ? '(scripted)' : '', spentText(status)].filter(Boolean).join(' '),
    summary: scripted || (status.busy ? 'at work' : status.trusted ? 'ready' : 'the workspace is not trusted, so its tests are not run'),
    engine,
    lines: [
      scripted === '' ? '' : `The backend is ${scripted}.`,
      `Mode: ${status.mode}`,
      `Engine: ${engine}`,
      status.trusted ? '' : 'The workspace is not trusted: none of its tests are run, and nothing is repaired.',
      status.failing > 0 ? `Tests known to fail: ${status.failing}` : '',
      status.outcome === null ? '' : `Last run: ${OUTCOMES[status.outcome] ?? status.outcome}${status.tokens === null ? '' : `, ${counted(status.tokens)} tokens`}`,
    ].filter(Boolean),
    alarm: status.scripted ? 'warning' : 'none',
    busy: status.busy,
  };
}

/** A count with its thousands apart; from ten thousand on, in thousands. */
export function counted(count: number): string {
  return count >= 10_000 ? `${Math.round(count / 1000).toLocaleString('en-US')}k` : count.toLocaleString('en-US');
}

function bare(text: string, summary: string, alarm: Described['alarm']): Described {
  return { text, summary, engine: '', lines: [`${summary}.`], alarm, busy: false };
}

function icon(status: Status): string {
  if (status.busy) return '$(sync~spin)';
  if (!status.trusted) return '$(shield)';
  if (status.scripted) return '$(beaker)';
  return status.failing > 0 ? '$(testing-failed-icon)' : '$(sparkle)';
}

function engineOf(status: Status): string {
  if (status.engine !== '') return status.engine;
  return status.backend === 'auto' ? 'looked for when it is needed' : status.backend;
}

function spentText(status: Status): string {
  return status.tokens === null || status.busy ? '' : `· ${counted(status.tokens)} tokens`;
}
