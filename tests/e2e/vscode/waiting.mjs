// Waiting for things that nobody announces, and looking at what still runs.
import fs from 'node:fs';

export const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Wait until `condition` gives something true, and return that; fails naming `what` after `seconds`. */
export async function until(what, condition, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await sleep(0.05);
  }
}

/** Living processes whose command or environment holds one of the marks, as {pid, command}; but for `except`. */
export function running(marks, except = []) {
  const found = [];
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const environment = fs.readFileSync(`/proc/${pid}/environ`, 'utf8');
      const marked = marks.some((mark) => command.includes(mark) || environment.includes(mark));
      if (command && marked && !except.includes(Number(pid))) found.push({ pid: Number(pid), command });
    } catch {} // it has ended, or is somebody else's
  }
  return found;
}

/** Wait until nothing of that is left; what is left after `seconds`. */
export async function gone(marks, seconds = 10, except = []) {
  const end = Date.now() + seconds * 1000;
  let found = running(marks, except);
  while (found.length && Date.now() < end) {
    await sleep(0.05);
    found = running(marks, except);
  }
  return found;
}

/** Look for processes that fit a pattern until the function returned is called; their command lines. */
export function watch(pattern) {
  const seen = new Set();
  const look = () => {
    for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        if (pattern.test(command)) seen.add(command);
      } catch {}
    }
  };
  const timer = setInterval(look, 100);
  return () => {
    clearInterval(timer);
    look();
    return [...seen];
  };
}
