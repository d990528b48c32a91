/** HTML made of templates in which everything that is put in is escaped. Knows nothing of editors. */

/** Text that is HTML already. */
export class Markup {
  constructor(readonly text: string) {}
}

type Put = Markup | string | number | false | null | undefined | readonly Put[];

/** HTML; what is put in is escaped unless it is Markup, lists are joined, and nothing puts in nothing. */
export function html(strings: TemplateStringsArray, ...put: readonly Put[]): Markup {
  return new Markup(strings.reduce((before, after, index) => before + raw(put[index - 1]) + after));
}

function raw(it: Put): string {
  if (it === undefined || it === null || it === false) {
    return '';
  }
  if (it instanceof Markup) {
    return it.text;
  }
  return typeof it === 'object' ? it.map(raw).join('') : escaped(String(it));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** A text as it may stand between tags and in quoted attributes. */
function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (each) => ENTITIES[each] ?? each);
}

/** A text in which what stands in backquotes is code. */
export function prose(text: string): Markup {
  const parts = text.split(/`([^`\n]+)`/);
  return html`${parts.map((part, index) => (index % 2 ? html`<code>${part}</code>` : part))}`;
}

/** A duration for a person. */
export function duration(seconds: number): string {
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `3 tokens`, `1 token`; with commas between thousands. */
export function count(many: number, what: string): string {
  return `${many.toLocaleString('en-US')} ${what}${many === 1 ? '' : 's'}`;
}
