// node run.mjs JOB: plays the scenarios that JOB (JSON) names, one window after the other, in one code-server.
// Prints a line of JSON for each: {name, ok, seconds, problem}; the last one is about what was left running.
import fs from 'node:fs';
import path from 'node:path';
import { start } from './host.mjs';
import { Stage } from './stage.mjs';
import { sleep } from './waiting.mjs';

const LONGEST = 240; // seconds of one scenario, whatever it waits for
const job = JSON.parse(process.argv[2]);
const tell = (result) => console.log(JSON.stringify(result));
const host = await start(job, job.folder, job.mark);
try {
  for (const name of job.scenarios) tell(await play(name));
} finally {
  const left = await host.stop();
  tell({ name: 'leftovers', ok: left.length === 0, seconds: 0, problem: left.join('\n') });
}
process.exit(0); // whatever Playwright still waits for

async function play(name) {
  const began = Date.now();
  const stage = new Stage(host, job, name);
  let problem = '';
  try {
    const { default: scenario } = await import(`./scenarios/${name}.mjs`);
    await Promise.race([scenario(stage), late(LONGEST)]);
  } catch (error) {
    problem = String(error.stack ?? error).replace(/\u001b\[\d+m/g, '');
    await stage.photograph('failed');
  }
  const left = await stage.end();
  if (!problem && left.length) problem = `still running after the window was closed:\n${left.join('\n')}`;
  if (problem) problem += `\n\n${tail(path.join(job.folder, 'log/code-server.log'))}`;
  return { name, ok: !problem, seconds: (Date.now() - began) / 1000, problem };
}

async function late(seconds) {
  await sleep(seconds);
  throw new Error(`it took more than ${seconds} seconds`);
}

function tail(file) {
  return fs.readFileSync(file, 'utf8').split('\n').slice(-15).join('\n');
}
