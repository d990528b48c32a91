// What the server and this client say to each other beyond LSP: names and shapes. It knows no editor.

/** What this client declares under `capabilities.experimental.quintet`. */
export const CAPABILITIES = { preview: true, status: true, trace: true } as const;

export const STATUS = 'quintet/status';
export const TRACE = 'quintet/trace';
export const PREVIEW = 'quintet/preview';

export type Mode = 'auto' | 'fast' | 'standard' | 'deep';
export const MODES: readonly Mode[] = ['auto', 'fast', 'standard', 'deep'];

/** How things stand. `tokens` and `outcome` are those of the last run. */
export interface Status {
  mode: Mode;
  backend: string;
  engine: string;
  scripted: boolean;
  busy: boolean;
  tokens: number | null;
  outcome: string | null;
  trusted: boolean;
  failing: number;
}

/** Lines and UTF-16 characters, counted from 0. */
export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

/** One change of one place; `range` is in the text as it is before any of them. */
export interface Hunk {
  id: number;
  range: Range;
  old: string;
  new: string;
  title: string;
}

export interface PreviewedFile {
  uri: string;
  path: string;
  created: boolean;
  version: number | null;
  after: string;
  hunks: Hunk[];
}

/** A change that is shown before it is made. */
export interface Preview {
  id: string;
  title: string;
  label: string;
  verified: boolean;
  files: PreviewedFile[];
}
