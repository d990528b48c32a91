// Where the server is not what the settings say, one message says so and what can be done.
import assert from 'node:assert/strict';
import { SHOP } from '../stage.mjs';

export default async function (it) {
  for (const [server, words] of [
    ['/nowhere/quintet', /\/nowhere\/quintet.*quintet\.server\.path|quintet\.server\.path.*\/nowhere\/quintet/],
    ['/bin/true', /\/bin\/true .*server/],
  ]) {
    const window = await it.open(SHOP, {}, { server });
    await window.open('prices.py');
    const said = await window.toast(server);
    assert.match(said, words);
    assert.match(said, /Open (the )?Setting/);
    assert.equal((await window.notifications()).length, 1);
    await window.status('Quintet');
    await window.shot(server === '/bin/true' ? 'wrong' : 'missing');
    await window.close();
  }
}
