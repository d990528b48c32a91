// What was done can be looked at: the panel tells who did what, why, and what the tests said.
import assert from 'node:assert/strict';
import { SHOP } from '../stage.mjs';

export default async function (it) {
  const window = await it.open(SHOP);
  await window.open('test_prices.py');
  await window.status('Quintet fast');
  await window.command('Quintet: Make the Failing Tests Pass');
  await window.toast('Verified by');
  await window.clearToasts();
  await window.command('Quintet: Show the Trace');
  const frame = await window.webview();
  await frame.getByText('Verified', { exact: false }).first().waitFor();
  const text = await frame.locator('body').innerText();
  for (const words of [/Tester/i, /Coder/i, /because/, /2 passed/, /exit code 0/]) assert.match(text, words);
  await window.closeSideBar();
  await window.shot('panel');
}
