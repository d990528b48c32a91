/** The steps of a run over time, a lane for each specialist, as SVG. Its places are in percent, so it fits any width. */

import { duration, html, type Markup } from './markup';
import type { Step, Story } from './story';

export const ROLES = ['planner', 'coder', 'tester', 'debugger', 'reviewer'] as const;

const LANE = 34;
const BAR = 20;
const AXIS = 22;
/** Percent: a shorter bar could neither be seen nor hit. */
const NARROWEST = 1.2;

/** The chart; empty as long as there is no step. */
export function chart(story: Story): Markup {
  const steps = story.steps.filter((step) => lane(step) >= 0);
  if (steps.length === 0) {
    return html``;
  }
  const end = Math.max(story.seconds, ...story.steps.map((step) => step.at + step.seconds), 0.001);
  const height = ROLES.length * LANE + AXIS;
  return html`<section class="chart" aria-label="Timeline">
<ul class="lanes">${ROLES.map((role) => laneName(role, story))}</ul>
<svg width="100%" height="${height}" role="group" aria-label="Steps over ${duration(end)}">
${ROLES.map((_, index) => html`<line class="rail" x1="0%" x2="100%" y1="${middle(index)}" y2="${middle(index)}"/>`)}
${ticks(end).map((at) => tick(at, end))}
${preparation(story, end)}
${steps.map((step, index) => handover(steps[index - 1], step, end))}
${story.steps.map((step, index) => lane(step) >= 0 && bar(step, index, story, end))}
${story.steps.map((step) =>
  step.notes
    .filter((note) => note.at >= step.at)
    .map(
      (note) =>
        lane(step) >= 0 &&
        html`<circle class="note" cx="${percent(note.at, end)}%" cy="${middle(lane(step)) + BAR / 2 + 3}" r="2.5"><title>${duration(note.at)}: ${note.text}</title></circle>`,
    ),
)}
</svg></section>`;
}

function laneName(role: string, story: Story): Markup {
  const acts = story.steps.filter((step) => step.role === role);
  const took = acts.reduce((sum, step) => sum + step.seconds, 0);
  return html`<li class="${role}${acts.length === 0 && ' idle'}"><i aria-hidden="true"></i>${title(role)} <small>${acts.length ? duration(took) : '–'}</small></li>`;
}

/** What happens before anybody is chosen: connecting, copying, the first test run. */
function preparation(story: Story, end: number): Markup {
  const first = story.steps[0];
  if (!first || first.at <= 0) {
    return html``;
  }
  const width = percent(first.at, end);
  const said = first.notes.filter((note) => note.at < first.at).map((note) => `\n${duration(note.at)}: ${note.text}`);
  const label = width > 12 && html`<text class="aside" x="${width / 2}%" y="${middle(2) + 4}">getting ready</text>`;
  return html`<g><title>Getting ready: ${duration(first.at)}${said}</title>
<rect class="ready" x="0%" y="4" width="${width}%" height="${ROLES.length * LANE - 8}" rx="4"/>${label}</g>`;
}

function handover(from: Step | undefined, to: Step, end: number): Markup {
  if (!from) {
    return html``;
  }
  const [x1, x2] = [percent(from.at + from.seconds, end), percent(to.at, end)];
  return html`<line class="handover" x1="${x1}%" y1="${middle(lane(from))}" x2="${x2}%" y2="${middle(lane(to))}"/>`;
}

function bar(step: Step, index: number, story: Story, end: number): Markup {
  const width = Math.max(percent(step.at + step.seconds, end) - percent(step.at, end), NARROWEST);
  const x = Math.min(percent(step.at, end), 100 - width);
  const y = middle(lane(step)) - BAR / 2;
  const running = story.state === 'running' && index === story.steps.length - 1;
  const said = step.summary || (running ? 'under way' : '');
  const label = `${index + 1}. ${title(step.role)}, ${duration(step.seconds)}, because ${step.why}${said && `: ${said}`}`;
  return html`<g class="bar ${step.role}${running && ' now'}" role="link" tabindex="0" data-step="${index + 1}" aria-label="${label}">
<title>${index + 1}. ${title(step.role)} · ${duration(step.seconds)} from ${duration(step.at)}
because ${step.why}${said && `\n${said}`}</title>
<rect x="${x}%" y="${y}" width="${width}%" height="${BAR}" rx="4"/>
${width > 2.4 && html`<text x="${x + width / 2}%" y="${y + BAR / 2 + 4}">${index + 1}</text>`}</g>`;
}

function tick(at: number, end: number): Markup {
  const x = percent(at, end);
  const anchor = at === 0 ? 'start' : x > 97 ? 'end' : 'middle';
  const bottom = ROLES.length * LANE;
  return html`<line class="tick" x1="${x}%" x2="${x}%" y1="0" y2="${bottom}"/>
<text class="time" x="${x}%" y="${bottom + 15}" text-anchor="${anchor}">${clock(at)}</text>`;
}

const STRIDES = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600];

/** Where the axis is marked, in seconds: at most nine places. */
export function ticks(end: number): number[] {
  const stride = STRIDES.find((each) => end / each <= 8) ?? end / 8;
  return Array.from({ length: Math.floor(end / stride + 1e-9) + 1 }, (_, index) => index * stride);
}

function clock(at: number): string {
  if (at < 60) {
    return `${Number(at.toFixed(1))} s`;
  }
  return `${Math.floor(at / 60)}:${String(Math.round(at % 60)).padStart(2, '0')}`;
}

/** The name of a specialist as it begins a line. */
export function title(role: string): string {
  return role.charAt(0).toUpperCase() + role.slice(1);
}

function lane(step: Step): number {
  return (ROLES as readonly string[]).indexOf(step.role);
}

function middle(index: number): number {
  return index * LANE + LANE / 2;
}

function percent(at: number, end: number): number {
  return Number(((100 * Math.min(Math.max(at, 0), end)) / end).toFixed(3));
}
