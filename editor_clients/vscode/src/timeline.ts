/** A run as a page to be looked at: story in, HTML out. Knows nothing of VS Code. */

import { chart, ROLES, title } from './chart';
import { count, duration, html, type Markup, prose } from './markup';
import { patchView } from './patchView';
import {
  type Asked,
  type Run,
  spent,
  type State,
  type Step,
  type Story,
  type Tests,
  type Tokens,
  type Try,
  type Verdict,
} from './story';

const WORDS: Readonly<Record<State, string>> = {
  running: 'Working',
  verified: 'Verified',
  unverified: 'Not verified',
  abandoned: 'No patch',
  cancelled: 'Cancelled',
};
const MEANINGS: Readonly<Record<State, string>> = {
  running: 'Getting ready.',
  verified: 'Your tests accept this patch.',
  unverified: 'No test speaks for this patch.',
  abandoned: 'No patch was found.',
  cancelled: 'The run was stopped before it came to an end.',
};
const MARKS: Readonly<Record<State, string>> = {
  running: '●',
  verified: '✓',
  unverified: '?',
  abandoned: '✗',
  cancelled: '■',
};

/** The page of a run. */
export function render(story: Story): string {
  return html`<article class="story ${story.state}" data-id="${story.id}" aria-label="${story.title}">
${header(story)}${story.scripted && scripted(story)}${facts(story)}${chart(story)}
${story.verdict && proof(story.verdict)}
${story.diff && html`<section aria-labelledby="patch"><h2 id="patch">Patch <button type="button" class="quiet" data-do="patch" data-focus="patch">Open as a document</button></h2>${patchView(story.diff)}</section>`}
${story.steps.length > 0 && html`<section aria-labelledby="steps"><h2 id="steps">Steps</h2><ol class="steps">${story.steps.map((step, index) => card(step, index, story))}</ol></section>`}
${asked(story.task)}</article>`.text;
}

/** The list of runs, newest first; `shown` is the id of the one on the page. */
export function renderRuns(runs: readonly Run[], shown: string | undefined): string {
  return html`<ol>${runs.map(
    (
      run,
    ) => html`<li><button type="button" class="run ${run.state}" data-run="${run.id}" data-focus="run ${run.id}"${run.id === shown && html` aria-current="true"`}>
<b aria-label="${WORDS[run.state]}" title="${WORDS[run.state]}">${MARKS[run.state]}</b><span title="${run.title}">${run.title || 'A run'}</span><small>${time(run.started)} · ${duration(run.seconds)}</small></button></li>`,
  )}</ol>`.text;
}

/** What is shown while there is no run. */
export function renderNothing(): string {
  return html`<article class="nothing"><h1>No run yet</h1>
<p>When Quintet repairs something, you see here who did what, why, and what the tests said.</p></article>`.text;
}

/** One sentence for a screen reader, when a run begins or ends. */
export function spoken(story: Story): string {
  return `${WORDS[story.state]}: ${story.title}`;
}

// --- what came of it ------------------------------------------------------------------------------------

function header(story: Story): Markup {
  const stop = story.state === 'running' && html`<button type="button" data-do="stop" data-focus="stop">Stop</button>`;
  return html`<header><p class="word"><span aria-hidden="true">${MARKS[story.state]}</span> ${WORDS[story.state]} ${stop}</p>
<h1>${story.title}</h1><p class="why">${prose(why(story))}</p></header>`;
}

function why(story: Story): string {
  const last = story.steps.at(-1);
  if (story.reason) {
    return story.reason;
  }
  return story.state === 'running' && last ? `The ${title(last.role)} is at work: ${last.why}.` : MEANINGS[story.state];
}

function scripted(story: Story): Markup {
  return html`<p class="scripted" role="note"><strong>Scripted.</strong> These answers were written beforehand: no model is at work (${story.backend}).</p>`;
}

function facts(story: Story): Markup {
  const judged = story.steps.reduce((sum, step) => sum + step.judged, 0);
  const [level = '', details] = story.sandbox.split(/:(.*)/s);
  const { tokens } = story;
  return html`<dl class="facts">
${fact('Time', duration(story.seconds), story.started > 0 ? `started at ${time(story.started)}` : '')}
${fact('Mode', story.mode)}
${fact('Backend', story.scripted ? `${story.backend} (no model)` : story.backend)}
${fact('Tokens', spent(tokens).toLocaleString('en-US'), read(tokens))}
${judged > 0 && fact('Tested', count(judged, 'candidate'))}
${fact('Sandbox', level, details?.trim())}
${story.command && html`<div class="wide"><dt>Command</dt><dd><code>${story.command}</code></dd></div>`}</dl>`;
}

function fact(name: string, value: string, more = ''): Markup {
  return html`${value && html`<div${more && html` title="${more}"`}><dt>${name}</dt><dd>${value}${more && html`<span class="unseen">, ${more}</span>`}</dd></div>`}`;
}

function read(tokens: Tokens): string {
  const number = (many: number) => many.toLocaleString('en-US');
  return `${number(tokens.prompt)} read, ${number(tokens.cached)} of them from the cache, ${number(tokens.completion)} written`;
}

function proof(it: Verdict): Markup {
  const most = Math.max(total(it.before), it.after ? total(it.after) : 0, 1);
  return html`<section aria-labelledby="tests"><h2 id="tests">Tests</h2><div class="tests">
${tests('before', it.before, most)}${it.after ? tests('after', it.after, most) : html`<p class="quiet">The patched copy was not run.</p>`}</div>
${names('Asked for', it.named)}${names('Fails since', it.newlyFailing, true)}</section>`;
}

function tests(when: string, it: Tests, most: number): Markup {
  const [passed, failed] = [(100 * it.passed) / most, (100 * it.failed) / most];
  const said = `${it.passed.toLocaleString('en-US')} passed, ${it.failed.toLocaleString('en-US')} failed`;
  const code = it.exitCode === null ? 'stopped' : `exit code ${it.exitCode}`;
  return html`<div class="run-of-tests"><span>${when}</span>
<svg width="100%" height="18" role="img" aria-label="${when}: ${said}"><title>${when}: ${said}</title>
<rect class="track" x="0" y="0" width="100%" height="18" rx="3"/>
${it.passed > 0 && html`<rect class="passed" x="0%" y="0" width="${passed}%" height="18" rx="3"/>`}
${it.failed > 0 && html`<rect class="failed" x="${passed}%" y="0" width="${Math.max(failed, 0.6)}%" height="18" rx="3"/>`}</svg>
<span class="numbers"><b class="plus">${it.passed.toLocaleString('en-US')} passed</b> <b class="${it.failed > 0 ? 'minus' : 'quiet'}">${it.failed.toLocaleString('en-US')} failed</b> <small>${code} · ${duration(it.seconds)}</small></span></div>`;
}

function names(what: string, tests: readonly string[], open = false): Markup {
  return html`${tests.length > 0 && html`<details class="names" data-key="${what}"${open && html` open`}><summary>${what}: ${count(tests.length, 'test')}</summary><ul>${tests.map((test) => html`<li><code>${test}</code></li>`)}</ul></details>`}`;
}

// --- how it came about ----------------------------------------------------------------------------------

function card(step: Step, index: number, story: Story): Markup {
  const running = story.state === 'running' && index === story.steps.length - 1;
  const last = step.role === 'planner' && !story.steps.slice(index + 1).some((each) => each.role === 'planner');
  const role = (ROLES as readonly string[]).includes(step.role) ? step.role : '';
  return html`<li class="card ${role}${running && ' now'}" id="step-${index + 1}" tabindex="-1">
<h3><i aria-hidden="true">${index + 1}</i>${title(step.role)}<span class="badge">${step.mode}</span><span class="badge${step.byModel && ' model'}">${step.byModel ? 'by the model' : 'by rules'}</span>
<span class="spent"><span title="from ${duration(step.at)}">${duration(step.seconds)}</span>${spent(step.tokens) > 0 && html` · <span title="${read(step.tokens)}">${count(spent(step.tokens), 'token')}</span>`}</span></h3>
<p class="because"><span>because</span> ${prose(step.why)}</p>
<p class="summary">${step.summary ? prose(step.summary) : running ? 'Under way…' : html`<span class="quiet">It did not come to an end.</span>`}</p>
${tries(step, index)}${last && story.plan && fold(`plan ${index}`, 'Plan', html`<pre>${story.plan}</pre>`)}${notes(step, index)}</li>`;
}

function notes(step: Step, index: number): Markup {
  const said = html`<ul class="notes">${step.notes.map((note) => html`<li><time>${duration(note.at)}</time> <span>${prose(note.text)}</span></li>`)}</ul>`;
  return html`${step.notes.length > 0 && fold(`notes ${index}`, count(step.notes.length, 'note'), said)}`;
}

function tries(step: Step, index: number): Markup {
  if (step.tries.length === 0) {
    return html``;
  }
  const good = step.tries.filter((each) => each.plausible).length;
  const earlier = step.judged - step.tries.length;
  const said = `${count(step.judged, 'candidate')} tested${step.candidates > step.judged ? ` of ${step.candidates.toLocaleString('en-US')}` : ''}`;
  const strip = `${step.tries.length} ${earlier > 0 ? 'last tries' : 'tries'}: ${good} passed, ${step.tries.length - good} did not`;
  const table = html`<table class="tries"><thead><tr><th scope="col">Candidate</th><th scope="col">Passed</th><th scope="col">Failed</th><th scope="col">What the tests said</th></tr></thead>
<tbody>${step.tries.map((each) => html`<tr class="${kind(each)}"><td><b aria-label="${kind(each)}"></b>${each.number}. ${prose(each.description || each.source)}</td><td>${each.passed}</td><td>${each.failed}</td><td>${each.message.split('\n')[0]}</td></tr>`)}</tbody></table>`;
  return html`<div class="strip" role="img" aria-label="${strip}">${earlier > 0 && html`<small>… ${earlier.toLocaleString('en-US')} earlier</small>`}${step.tries.map((each) => html`<b class="${kind(each)}" title="${tip(each)}"></b>`)}</div>
${fold(`tries ${index}`, said, table)}`;
}

/** Passed; partly: some of the tests pass, but not all; failed. */
function kind(it: Try): 'passed' | 'partly' | 'failed' {
  return it.plausible ? 'passed' : it.passed > 0 ? 'partly' : 'failed';
}

function tip(it: Try): string {
  const head = `${it.number}. ${it.description || it.source}\n${it.passed} passed, ${it.failed} failed`;
  return it.message ? `${head}\n${it.message}` : head;
}

function fold(key: string, what: string, inside: Markup): Markup {
  return html`<details data-key="${key}"><summary>${what}</summary>${inside}</details>`;
}

function asked(task: Asked): Markup {
  const place = task.path && (task.line > 0 ? `${task.path}:${task.line}` : task.path);
  const lines = [
    place && html`<li>at <code>${place}</code></li>`,
    task.diagnostic && html`<li>${task.diagnostic}</li>`,
    task.issue && html`<li>${task.issue}</li>`,
    ...task.tests.map((test) => html`<li><code>${test}</code></li>`),
  ];
  const said = lines.some(Boolean) ? html`<ul>${lines}</ul>` : html`<p>All tests that fail.</p>`;
  return html`<section>${fold('asked', 'What was asked', said)}</section>`;
}

function total(it: Tests): number {
  return it.passed + it.failed;
}

function time(unix: number): string {
  return new Date(unix * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
