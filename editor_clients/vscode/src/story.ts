/** What one run of the server did, as it tells it. Knows the shape only; a server that is older or newer leaves gaps, not errors. */

export type State = 'running' | 'verified' | 'unverified' | 'abandoned' | 'cancelled';

export interface Tokens {
  readonly prompt: number;
  readonly cached: number;
  readonly completion: number;
}

export interface Remark {
  readonly at: number;
  readonly text: string;
}

export interface Try {
  readonly number: number;
  readonly source: string;
  readonly description: string;
  readonly score: number;
  readonly passed: number;
  readonly failed: number;
  readonly plausible: boolean;
  readonly message: string;
}

export interface Step {
  readonly role: string;
  readonly mode: string;
  readonly why: string;
  readonly summary: string;
  readonly at: number;
  readonly seconds: number;
  readonly byModel: boolean;
  readonly tokens: Tokens;
  readonly candidates: number;
  readonly judged: number;
  readonly notes: readonly Remark[];
  readonly tries: readonly Try[];
}

export interface Tests {
  /** Null where the run was stopped. */
  readonly exitCode: number | null;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

export interface Verdict {
  readonly verified: boolean;
  readonly reason: string;
  readonly command: string;
  readonly level: string;
  readonly named: readonly string[];
  readonly newlyFailing: readonly string[];
  readonly before: Tests;
  readonly after: Tests | null;
}

export interface Asked {
  readonly kind: string;
  readonly path: string;
  /** From 1; 0 where there is none. */
  readonly line: number;
  readonly issue: string;
  readonly diagnostic: string;
  readonly tests: readonly string[];
}

/** `started` in seconds since 1970, every other time in seconds since then. */
export interface Story {
  readonly id: string;
  readonly title: string;
  readonly started: number;
  readonly seconds: number;
  readonly state: State;
  readonly mode: string;
  readonly backend: string;
  readonly sandbox: string;
  readonly command: string;
  readonly scripted: boolean;
  readonly task: Asked;
  readonly plan: string;
  readonly reason: string;
  readonly diff: string;
  readonly tokens: Tokens;
  readonly steps: readonly Step[];
  readonly verdict: Verdict | null;
}

/** A run in the list of runs. */
export interface Run {
  readonly id: string;
  readonly title: string;
  readonly started: number;
  readonly state: State;
  readonly seconds: number;
}

/** The story in what the server sent; undefined where there is none. */
export function readStory(value: unknown): Story | undefined {
  const it = record(value);
  if (typeof it.id !== 'string' || it.id === '') {
    return undefined;
  }
  return {
    ...run(it),
    mode: text(it.mode),
    backend: text(it.backend),
    sandbox: text(it.sandbox),
    command: text(it.command),
    scripted: it.scripted === true,
    task: asked(it.task),
    plan: text(it.plan),
    reason: text(it.reason),
    diff: text(it.diff),
    tokens: tokens(it.tokens),
    steps: list(it.steps, step),
    verdict: it.verdict ? verdict(it.verdict) : null,
  };
}

/** The runs in the answer to `quintet.runs`, in its order. */
export function readRuns(value: unknown): Run[] {
  return list(record(value).runs, run).filter((each) => each.id !== '');
}

/** Tokens that cost computation. */
export function spent(it: Tokens): number {
  return it.prompt - it.cached + it.completion;
}

const STATES: ReadonlySet<unknown> = new Set<State>(['running', 'verified', 'unverified', 'abandoned', 'cancelled']);

function run(value: unknown): Run {
  const it = record(value);
  return {
    id: text(it.id),
    title: text(it.title),
    started: number(it.started),
    seconds: number(it.seconds),
    // What is not known to be proven is not shown as proven.
    state: STATES.has(it.state) ? (it.state as State) : 'unverified',
  };
}

function asked(value: unknown): Asked {
  const it = record(value);
  return {
    kind: text(it.kind),
    path: text(it.path),
    line: number(it.line),
    issue: text(it.issue),
    diagnostic: text(it.diagnostic),
    tests: list(it.tests, text),
  };
}

function step(value: unknown): Step {
  const it = record(value);
  return {
    role: text(it.role),
    mode: text(it.mode),
    why: text(it.why),
    summary: text(it.summary),
    at: number(it.at),
    seconds: number(it.seconds),
    byModel: it.by_model === true,
    tokens: tokens(it.tokens),
    candidates: number(it.candidates),
    judged: number(it.judged),
    notes: list(it.notes, (note) => ({ at: number(record(note).at), text: text(record(note).text) })),
    tries: list(it.tries, attempt),
  };
}

function attempt(value: unknown): Try {
  const it = record(value);
  return {
    number: number(it.number),
    source: text(it.source),
    description: text(it.description),
    score: number(it.score),
    passed: number(it.passed),
    failed: number(it.failed),
    plausible: it.plausible === true,
    message: text(it.message),
  };
}

function verdict(value: unknown): Verdict {
  const it = record(value);
  return {
    verified: it.verified === true,
    reason: text(it.reason),
    command: text(it.command),
    level: text(it.level),
    named: list(it.named, text),
    newlyFailing: list(it.newly_failing, text),
    before: tests(it.before),
    after: it.after ? tests(it.after) : null,
  };
}

function tests(value: unknown): Tests {
  const it = record(value);
  const code = it.exit_code;
  return {
    exitCode: typeof code === 'number' ? code : null,
    passed: number(it.passed),
    failed: number(it.failed),
    seconds: number(it.seconds),
  };
}

function tokens(value: unknown): Tokens {
  const it = record(value);
  return { prompt: number(it.prompt), cached: number(it.cached), completion: number(it.completion) };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function list<T>(value: unknown, read: (each: unknown) => T): T[] {
  return Array.isArray(value) ? value.map((each: unknown) => read(each)) : [];
}
