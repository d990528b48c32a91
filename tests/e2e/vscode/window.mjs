// A VS Code window as a person uses it: files, squiggles, the light bulb, the palette, notifications, dialogs.
// It knows VS Code's page and nothing of Quintet. Waits are long: the machine may have other work.
import fs from 'node:fs';
import path from 'node:path';
import { sleep, until } from './waiting.mjs';

const LONG = 60_000;
const EDITOR = '.editor-instance .monaco-editor';

export class Window {
  constructor(page, root, shots, name) {
    Object.assign(this, { page, root, shots, name });
  }

  /** Wait until the workbench is there and can be used. */
  async ready() {
    await this.page.waitForSelector('.monaco-workbench .explorer-folders-view .monaco-list-row', { timeout: LONG });
    return this;
  }

  /** Close as a user does, so that the extension host is told and ends. */
  async close() {
    await this.page.goto('about:blank').catch(() => {});
    await this.page.close();
  }

  async shot(what) {
    await this.page.mouse.move(560, 640); // nothing is hovered
    await sleep(0.4); // animations end
    await this.page.screenshot({ path: path.join(this.shots, `${this.name}-${what}.png`) });
  }

  // --- files ---------------------------------------------------------------------------------------

  /** Open a file of the workspace's top folder, the caret in a line counted from 1. */
  async open(file, line = 1) {
    await this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${file}"]`).first().dblclick();
    await until(`the tab of ${file}`, async () => (await this.tab()).includes(file));
    await this.page.waitForSelector(`${EDITOR} .view-line`, { timeout: LONG });
    if (line > 1) await this.goto(line);
  }

  /** Bring an open tab to the front by the beginning of its title. */
  async tabNamed(text) {
    await this.page.locator(`.tab[aria-label^="${text}"]`).first().click();
    await until(`the tab ${text}`, async () => (await this.tab()).startsWith(text));
  }

  /** The label of the active tab. */
  async tab() {
    const label = this.page.locator('.tab.active').first();
    return (await label.count()) ? ((await label.getAttribute('aria-label')) ?? '') : '';
  }

  /** The visible text of the active editor. */
  async text() {
    return this.page.evaluate((selector) => {
      const editors = [...document.querySelectorAll(selector)].filter((it) => it.offsetParent);
      const editor = editors.find((it) => it.classList.contains('focused')) ?? editors[0];
      const lines = [...(editor?.querySelectorAll('.view-line') ?? [])];
      lines.sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top));
      return lines.map((line) => line.textContent.replaceAll('\u00a0', ' ')).join('\n');
    }, EDITOR);
  }

  async shows(text, seconds = 60) {
    return until(`${JSON.stringify(text)} in the editor`, async () => (await this.text()).includes(text), seconds);
  }

  /** Put the caret into a line, counted from 1. */
  async goto(line, column = 1) {
    await this.quickInput(`:${line}:${column}`, { key: 'Control+G' });
  }

  /** Type at the caret. */
  async type(text) {
    await this.page.keyboard.type(text);
  }

  /** Save, and wait until the disk has it. */
  async save(file) {
    await this.page.keyboard.press('Control+S');
    await until(`${file} to be saved`, async () => !(await this.dirty()));
    return this.disk(file);
  }

  async dirty() {
    return (await this.page.locator('.tab.active.dirty').count()) > 0;
  }

  /** Save what is not saved, once so many editors are not. */
  async saveAll(count) {
    await until(`${count} unsaved editors`, async () => (await this.page.locator('.tab.dirty').count()) === count);
    await this.command('File: Save All');
    await until('all to be saved', async () => !(await this.page.locator('.tab.dirty').count()));
  }

  disk(file) {
    return fs.readFileSync(path.join(this.root, file), 'utf8');
  }

  // --- what an extension shows ---------------------------------------------------------------------

  /** Wait for a squiggle of this severity: error, warning, info, hint. */
  async squiggle(severity, seconds = 60) {
    await this.page.locator(`.squiggly-${severity}`).first().waitFor({ state: 'attached', timeout: seconds * 1000 });
  }

  /** Wait for the light bulb, or the sparkle that stands for it where all that is offered makes code. */
  async bulb() {
    const bulb = this.page.locator('[class*="gutter-lightbulb"]:visible, .lightBulbWidget:visible').first();
    await bulb.waitFor({ timeout: LONG });
    return bulb;
  }

  /** Click the bulb and take an action: of the menu, but where one alone makes code, VS Code asks no further. */
  async takeFromBulb(title) {
    await (await this.bulb()).click();
    const menu = this.page.locator('.action-widget .monaco-list-row.action');
    const shown = async () => (await menu.count()) > 0;
    const begun = async () => (await this.notifications()).some((it) => it.includes(title));
    await until(`${title} by the bulb`, async () => (await shown()) || begun());
    if (await shown()) await this.pick(title);
  }

  /** The code actions at the caret, by the keyboard; asked again while there are none, since servers take a moment. */
  async ask() {
    const rows = this.page.locator('.action-widget .monaco-list-row.action');
    await until('code actions', async () => {
      await this.page.keyboard.press('Control+.');
      await rows.first().waitFor({ timeout: 3000 }).catch(() => {});
      return (await rows.count()) > 0;
    });
    return this.actions();
  }

  /** The titles in the open menu of code actions. */
  async actions() {
    const rows = this.page.locator('.action-widget .monaco-list-row.action');
    await rows.first().waitFor({ timeout: LONG });
    return (await rows.allInnerTexts()).map(oneLine);
  }

  /** Take an action of the open menu by a part of its title. */
  async pick(title) {
    const row = this.page.locator('.action-widget .monaco-list-row.action', { hasText: title }).first();
    await row.waitFor({ timeout: LONG });
    const box = await row.boundingBox();
    // the menu lays a block over itself until the mouse has moved
    await this.page.mouse.move(box.x + 60, box.y + 8);
    await this.page.mouse.move(box.x + 70, box.y + 10);
    await row.click();
  }

  /** The text of the item of the status bar that contains `text` or matches it, once there is one. */
  async status(wanted, seconds = 60) {
    const items = this.page.locator('.statusbar-item');
    const fits = (it) => (wanted instanceof RegExp ? wanted.test(it) : it.includes(wanted));
    return until(
      `${wanted} in the status bar`,
      async () => (await labels(items)).find(fits),
      seconds,
    );
  }

  async hasStatus(text) {
    return (await labels(this.page.locator('.statusbar-item'))).some((it) => it.includes(text));
  }

  /** Click the item of the status bar. */
  async clickStatus(text) {
    await this.page.locator('.statusbar-item', { hasText: text }).first().locator('a').first().click();
  }

  // --- being asked and told ------------------------------------------------------------------------

  /** Run a command of the palette by its title. */
  async command(title) {
    await this.quickInput(`>${title}`, { key: 'F1', wait: title });
  }

  /** Type into the quick input, which a key opens, and take the first row, which must contain `wait`. */
  async quickInput(text, { key, wait } = {}) {
    const input = this.page.locator('.quick-input-widget:visible .quick-input-box input').first();
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: wait ?? '' }).first();
    await until(`${JSON.stringify(text)} in the quick input`, async () => {
      if (key && !(await input.isVisible())) await this.page.keyboard.press(key); // a new window does not listen yet
      await input.fill(text, { timeout: 2000 }).catch(() => {});
      if (wait) await row.waitFor({ timeout: 2000 }).catch(() => {});
      const filled = (await input.isVisible()) && (await input.inputValue()) === text;
      if (filled && (!wait || (await row.isVisible()))) return true;
      if (key) await this.page.keyboard.press('Escape'); // it lists what there was when it was opened
      return false;
    });
    await sleep(0.1);
    await this.page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden', timeout: 3000 }).catch(() => {}); // else the next one is open already
  }

  /** The rows of the open quick pick. */
  async choices() {
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor({ timeout: LONG });
    return (await rows.allInnerTexts()).map(oneLine);
  }

  /** Take a row of the open quick pick by a part of its text. */
  async choose(text) {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    await row.waitFor({ timeout: LONG });
    await row.click();
  }

  /** The text of the notification that contains `text`. */
  async toast(text, seconds = 90) {
    const toast = this.page.locator('.notification-toast', { hasText: text }).first();
    await toast.waitFor({ timeout: seconds * 1000 });
    return oneLine(await toast.innerText());
  }

  /** Put away what is shown now, for a picture without it. */
  async clearToasts() {
    await this.command('Notifications: Clear All Notifications');
    await this.page.locator('.notification-toast').first().waitFor({ state: 'detached', timeout: LONG }).catch(() => {});
  }

  /** Whether a notification shows that something goes on. */
  async busy() {
    return (await this.page.locator('.notification-toast .monaco-progress-container.active').count()) > 0;
  }

  /** The texts of all notifications, also of those that have left the screen. */
  async notifications() {
    return (await this.page.locator('.notification-list-item').allInnerTexts()).map(oneLine);
  }

  /** Press a button of the notification that contains `text`. */
  async answer(text, button) {
    const toast = this.page.locator('.notification-toast', { hasText: text }).first();
    await toast.waitFor({ timeout: LONG });
    await toast.hover();
    await toast.getByRole('button', { name: button }).first().click();
  }

  /** The text of the modal dialog, once there is one. */
  async dialog() {
    const box = this.page.locator('.monaco-dialog-box').first();
    await box.waitFor({ timeout: LONG });
    return oneLine(await box.innerText());
  }

  /** Press a button of the modal dialog. */
  async press(button) {
    await this.page.locator('.monaco-dialog-box').getByRole('button', { name: button }).first().click();
    await this.page.locator('.monaco-dialog-box').first().waitFor({ state: 'detached', timeout: LONG });
  }

  /** Click the first code lens that contains `text`, and wait until it is another one. */
  async lens(text) {
    const lenses = this.page.locator('.codelens-decoration a:visible', { hasText: text });
    await lenses.first().waitFor({ timeout: LONG });
    const before = await lenses.count();
    await lenses.first().click();
    await until(`the lens ${text} to change`, async () => (await lenses.count()) !== before);
  }

  async until(condition, what, seconds = 60) {
    return until(what, condition, seconds);
  }

  /** Wait until a number has not changed for two seconds. */
  async settled(count) {
    let [last, since] = [await count(), Date.now()];
    await until('things to settle', async () => {
      const now = await count();
      if (now !== last) [last, since] = [now, Date.now()];
      return Date.now() - since > 2000;
    });
  }

  async closeSideBar() {
    await this.command('View: Close Primary Side Bar');
  }

  // --- other editors -------------------------------------------------------------------------------

  /** The two texts of the visible diff editor, once it shows a change. */
  async diff(seconds = 60) {
    const editor = this.page.locator('.monaco-diff-editor:visible').first();
    await editor.locator('.line-insert, .char-insert, .line-delete').first()
      .waitFor({ state: 'attached', timeout: seconds * 1000 });
    const side = async (name) => plain(await editor.locator(`.editor.${name} .view-line`).allInnerTexts());
    return until('both sides of the diff', async () => {
      const [before, after] = [await side('original'), await side('modified')];
      return before && after && { before, after };
    });
  }

  /** The document inside the visible webview, as a frame to look for things in. */
  async webview(seconds = 60) {
    const outer = this.page.locator('iframe.webview.ready').last();
    await outer.waitFor({ state: 'attached', timeout: seconds * 1000 });
    return outer.contentFrame().locator('iframe#active-frame').contentFrame();
  }
}

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();
const plain = (lines) => lines.map((line) => line.replaceAll('\u00a0', ' ')).join('\n');

async function labels(items) {
  const all = await items.evaluateAll((them) => them.map((it) => `${it.innerText} ${it.getAttribute('aria-label') ?? ''}`));
  return all.map(oneLine);
}
