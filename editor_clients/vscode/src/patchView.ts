/** A unified diff as coloured HTML, a part for each file. Knows nothing of editors. */

import { html, type Markup } from './markup';

interface Line {
  readonly kind: 'add' | 'del' | 'same' | 'hunk' | 'meta';
  readonly text: string;
  readonly old?: number;
  readonly new?: number;
}

interface File {
  path: string;
  what: string;
  lines: Line[];
}

/** The whole diff, every file of which can be folded. */
export function patchView(diff: string): Markup {
  return html`${files(diff).map(shown)}`;
}

/** The diff by file. Lines are counted by the hunks' headings, so that a removed `-- x` is no heading. */
function files(diff: string): File[] {
  const found: File[] = [];
  let current: File = { path: '', what: '', lines: [] };
  let [old, now, oldLeft, newLeft] = [0, 0, 0, 0];
  for (const text of diff.replace(/\n$/, '').split('\n')) {
    const inside = oldLeft > 0 || newLeft > 0;
    const hunk = inside ? null : /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
    if (hunk) {
      [old, now] = [Number(hunk[1]), Number(hunk[3])];
      [oldLeft, newLeft] = [Number(hunk[2] ?? 1), Number(hunk[4] ?? 1)];
      current.lines.push({ kind: 'hunk', text });
    } else if (inside && text.startsWith('+')) {
      current.lines.push({ kind: 'add', text: text.slice(1), new: now++ });
      newLeft--;
    } else if (inside && text.startsWith('-')) {
      current.lines.push({ kind: 'del', text: text.slice(1), old: old++ });
      oldLeft--;
    } else if (inside && (text.startsWith(' ') || text === '')) {
      current.lines.push({ kind: 'same', text: text.slice(1), old: old++, new: now++ });
      oldLeft--;
      newLeft--;
    } else if (text.startsWith('--- ')) {
      current = { path: named(text), what: text.startsWith('--- /dev/null') ? 'new' : '', lines: [] };
      found.push(current);
    } else if (text.startsWith('+++ ') && current.lines.length === 0) {
      current.what = text.startsWith('+++ /dev/null') ? 'deleted' : current.what;
      current.path = current.what === 'deleted' ? current.path : named(text);
    } else if (text !== '' && !/^(diff|index|new file|deleted file|old mode|new mode) /.test(text)) {
      [oldLeft, newLeft] = text.startsWith('\\') ? [oldLeft, newLeft] : [0, 0];
      current.lines.push({ kind: 'meta', text });
    }
  }
  return current.path === '' && current.lines.length > 0 ? [current, ...found] : found;
}

function named(heading: string): string {
  const path = heading.slice(4).split('\t')[0] ?? '';
  return path.replace(/^[ab]\//, '');
}

function shown(file: File): Markup {
  const added = file.lines.filter((line) => line.kind === 'add').length;
  const removed = file.lines.filter((line) => line.kind === 'del').length;
  return html`<details open class="file" data-key="file ${file.path}">
<summary><code>${file.path || 'patch'}</code>${file.what && html` <span class="badge">${file.what}</span>`}
<span class="counts"><span class="plus" aria-label="${added} lines added">+${added}</span>
<span class="minus" aria-label="${removed} lines removed">−${removed}</span></span></summary>
<div class="diff" tabindex="0" role="region" aria-label="Changes in ${file.path || 'the patch'}"><table>
${file.lines.map((line, index) => row(line, partner(file.lines, index)))}</table></div></details>`;
}

/** The line that one stands for or is replaced by, where exactly one line replaces another. */
function partner(lines: readonly Line[], index: number): string | undefined {
  const kind = (at: number) => lines[at]?.kind;
  const first = kind(index) === 'add' ? index - 1 : index;
  const alone =
    kind(first - 1) !== 'del' && kind(first) === 'del' && kind(first + 1) === 'add' && kind(first + 2) !== 'add';
  return alone ? lines[first === index ? index + 1 : first]?.text : undefined;
}

const SIGNS = { add: '+', del: '−', same: '', hunk: '', meta: '' };

function row(line: Line, other: string | undefined): Markup {
  if (line.kind === 'hunk' || line.kind === 'meta') {
    return html`<tr class="${line.kind}"><td colspan="4">${line.text}</td></tr>`;
  }
  const tag = line.kind === 'add' ? 'ins' : 'del';
  const said = other === undefined ? html`${line.text}` : marked(line.text, other);
  const text = line.kind === 'same' ? said : tag === 'ins' ? html`<ins>${said}</ins>` : html`<del>${said}</del>`;
  return html`<tr class="${line.kind}"><td class="no">${line.old}</td><td class="no">${line.new}</td><td class="sign" aria-hidden="true">${SIGNS[line.kind]}</td><td class="code">${text}</td></tr>`;
}

/** A line with what differs from the other marked, between their common beginning and end. */
function marked(line: string, other: string): Markup {
  const [mine, theirs] = [Array.from(line), Array.from(other)];
  const most = Math.min(mine.length, theirs.length);
  let start = 0;
  while (start < most && mine[start] === theirs[start]) {
    start++;
  }
  let end = 0;
  while (end < most - start && mine[mine.length - 1 - end] === theirs[theirs.length - 1 - end]) {
    end++;
  }
  const cut = (from: number, to: number) => mine.slice(from, to).join('');
  if (start + end === 0) {
    return html`${line}`; // everything differs: marking all of it would show nothing
  }
  const inner = cut(start, mine.length - end);
  return html`${cut(0, start)}${inner && html`<mark>${inner}</mark>`}${cut(mine.length - end, mine.length)}`;
}
