// A text with some of the suggested changes made: what the right side of a preview shows, and where each change
// stands in it. It knows neither editors nor servers.
import type { Hunk, Position } from './protocol';

/** Where a change stands in the shown text: its first line, and how many lines it has there. */
export interface Place {
  hunk: Hunk;
  taken: boolean;
  line: number;
  lines: number;
}

export interface Shown {
  text: string;
  places: Place[];
}

/** The text with the changes in `taken` made. Line ends are those of `before`. */
export function render(before: string, hunks: readonly Hunk[], taken: ReadonlySet<number>): Shown {
  const starts = lineStarts(before);
  const crlf = before.includes('\r\n');
  const sorted = [...hunks].sort((a, b) => compare(a.range.start, b.range.start) || a.id - b.id);
  const places: Place[] = [];
  let text = '';
  let at = 0;
  for (const hunk of sorted) {
    const start = Math.max(at, offset(before, starts, hunk.range.start));
    const end = Math.max(start, offset(before, starts, hunk.range.end));
    text += before.slice(at, start);
    const made = taken.has(hunk.id) ? fitted(hunk.new, crlf) : before.slice(start, end);
    const body = made.endsWith('\n') ? made.slice(0, -1) : made;
    places.push({ hunk, taken: taken.has(hunk.id), line: count(text), lines: made === '' ? 0 : count(body) + 1 });
    text += made;
    at = end;
  }
  return { text: text + before.slice(at), places };
}

/** Whether the changes were made for this very text. */
export function fits(before: string, hunks: readonly Hunk[]): boolean {
  const starts = lineStarts(before);
  return hunks.every((hunk) => {
    const found = before.slice(offset(before, starts, hunk.range.start), offset(before, starts, hunk.range.end));
    return fitted(found, false) === fitted(hunk.old, false);
  });
}

/** The change that stands in a line of the shown text, or the nearest one before it; else the first. */
export function at(places: readonly Place[], line: number): Place | undefined {
  return places.findLast((place) => place.line <= line) ?? places[0];
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((found) => found.index + found[0].length)];
}

function offset(text: string, starts: readonly number[], position: Position): number {
  const start = starts[position.line];
  if (start === undefined) return text.length;
  const next = starts[position.line + 1];
  const end = next === undefined ? text.length : next - (text.slice(start, next).endsWith('\r\n') ? 2 : 1);
  return Math.min(start + position.character, end);
}

function fitted(text: string, crlf: boolean): string {
  const plain = text.replace(/\r\n?/g, '\n');
  return crlf ? plain.replace(/\n/g, '\r\n') : plain;
}

function count(text: string): number {
  return text.split('\n').length - 1;
}

function compare(a: Position, b: Position): number {
  return a.line - b.line || a.character - b.character;
}
