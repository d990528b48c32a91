// What a scenario has to play with: a small project with a bug, Quintet's settings, and windows that are closed after it.
import path from 'node:path';
import { gone, running } from './waiting.mjs';
import { Window } from './window.mjs';

export const PRICES = `"""Prices."""


def total(prices, discount):
    """The sum of the prices, less the discount in percent."""
    result = 0
    for price in prices:
        result += price
    return result * (100 + discount) / 100
`;
export const TESTS = `import unittest

from prices import total


class TestTotal(unittest.TestCase):
    def test_discount(self):
        self.assertEqual(total([10, 20], 10), 27)

    def test_no_discount(self):
        self.assertEqual(total([10, 20], 0), 30)
`;
// Every run takes its time, and no single edit makes it pass: a repair goes on until somebody ends it.
export const SLOW = `import time
import unittest

from prices import total


class TestTotal(unittest.TestCase):
    def test_impossible(self):
        time.sleep(1)
        self.assertEqual(total([10, 20], 10), "a price nobody can pay")
`;
export const SHOP = { 'prices.py': PRICES, 'test_prices.py': TESTS };

export class Stage {
  constructor(host, job, name) {
    Object.assign(this, { host, job, name, windows: [] });
  }

  /** A window on a project. `own` are settings of Quintet's beside those every scenario has. */
  async open(files, own = {}, { trust = false, server = this.job.server } = {}) {
    this.host.settings(
      {
        'quintet.server.path': server,
        'quintet.backend': 'none',
        'quintet.mode': 'fast',
        'quintet.test.command': 'python -m unittest',
        ...own,
      },
      trust,
    );
    const root = this.host.workspace(this.name, files);
    const window = new Window(await this.host.page(root), root, this.job.shots, this.name);
    this.windows.push(window);
    return trust ? window : window.ready();
  }

  /** What runs because of us, but for VS Code itself: servers, and what they have started. */
  running() {
    return running(this.marks()).filter((it) => !this.theirs(it));
  }

  /** Wait until nothing of that is left but `stays`. */
  async quiet(stays = [], seconds = 10) {
    const except = [...stays.map(({ pid }) => pid), process.pid];
    const left = await gone(this.marks(), seconds, [...except, ...running(this.marks()).filter((it) => this.theirs(it)).map(({ pid }) => pid)]);
    return left.map(({ command }) => command);
  }

  async photograph(what) {
    for (const window of this.windows) await window.shot(what).catch(() => {});
  }

  /** Close all windows; what of ours runs on. */
  async end() {
    for (const window of this.windows) await window.close().catch(() => {});
    return this.quiet([], 15);
  }

  marks() {
    return [this.host.mark, path.join(this.host.folder, 'ws', this.name)];
  }

  theirs({ pid, command }) {
    return pid === process.pid || command.includes('code-server') || command.includes('chrom');
  }
}
