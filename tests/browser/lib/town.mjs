// A network of real processes: the built program, a real relay on a free port, real vaults in a folder that goes when
// the tests end. Nothing is mocked. Waiting is always for something that a process says.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

export const ROOT = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../..');
const PROGRAM = process.env.BYSTAND ?? path.join(ROOT, 'target/debug/bystand');
const BUNDLE = path.join(ROOT, 'target-web/bundle');
const PASSPHRASE = 'rivers candle orbit maple harbor violet';
// After so long a test gives up waiting: far more than a slow machine needs.
export const PATIENCE_MS = 60_000;

// A process that stays, and everything it has said with --json, object by object.
class Player {
  constructor(name, child) {
    this.name = name;
    this.child = child;
    this.said = [];
    this.errors = '';
    this.ended = new Promise((resolve) => child.once('exit', resolve));
    this.hearing = new Set();
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      this.said.push(JSON.parse(line));
      for (const hear of this.hearing) hear();
    });
    child.stderr.on('data', (bytes) => { this.errors += bytes; });
  }

  // Types a line, as a person at the program does.
  does(line) {
    this.child.stdin.write(`${line}\n`);
  }

  // Waits until it has said something that fits, from a place on (`said.length` of before).
  wait(what, fits, from = 0) {
    return new Promise((resolve, reject) => {
      const end = (settle, value) => {
        clearTimeout(timer);
        this.hearing.delete(look);
        settle(value);
      };
      const look = () => {
        const found = this.said.slice(from).find(fits);
        if (found) end(resolve, found);
      };
      const last = () => JSON.stringify(this.said.slice(-8), null, 1);
      const timer = setTimeout(
        () => end(reject, new Error(`${this.name} did not say ${what}: ${last()}\n${this.errors}`)), PATIENCE_MS);
      this.hearing.add(look);
      this.ended.then(() => end(reject, new Error(`${this.name} ended before it said ${what}: ${this.errors}`)));
      look();
    });
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}

export class Town {
  // Founds a network from the zones of the Twin Cities, and starts its relay with the web app.
  static async found() {
    const town = new Town();
    town.folder = await mkdtemp(path.join(tmpdir(), 'bystand-browser-'));
    town.players = [];
    town.port = await freePort();
    town.address = `http://127.0.0.1:${town.port}`;
    const data = path.join(town.folder, 'relay');
    const said = await town.run('steward', ['init', '--name', 'Twin Cities', '--zones',
      path.join(ROOT, 'data/twin-cities/zones.geojson'), '--relay', town.address, '--data', data,
      '--issuer-weeks', '1', '--phone', 'Report line=612-555-0100=en']);
    town.network = said.find((value) => value.network)?.network;
    town.relay = town.start('relay', ['serve', '--data', data, '--listen', `127.0.0.1:${town.port}`, '--web', BUNDLE]);
    await town.relay.wait('that it listens', (value) => value.listening);
    town.steward = town.start('steward', ['registrar', '--follow']);
    await town.isSetUp();
    return town;
  }

  // A dispatcher on shift, admitted by the registrar's box. The same one for everybody who asks.
  dispatcher() {
    this.ana ??= (async () => {
      await this.admit('ana', ['dispatcher']);
      const ana = this.start('ana', ['desk', '--follow']);
      await ana.wait('that it has the desk\'s keys', (value) => value.team === 'desk' && value.news === 'keys');
      ana.does('start --language en --language vi');
      // Once her own entry has come, all that was written before it has come.
      const isHers = (value) => value.entry === 'shift-started' && value.languages?.includes('vi');
      await ana.wait('that her shift has begun', isHers);
      return ana;
    })();
    return this.ana;
  }

  // The founder's box gives the relay the network's settings and keys.
  async isSetUp() {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = await fetch(`${this.address}/v1/network`);
      if (answer.ok) return;
      if (Date.now() > until) throw new Error(`the relay has no network: ${answer.status}\n${this.steward.errors}`);
    }
  }

  // The host's box, which opens the day rooms.
  boxes() {
    this.open ??= (async () => {
      await this.admit('box', ['host']);
      this.host = this.start('box', ['host', '--follow']);
      this.host.does('schedule off');
      this.host.does('open mpls-powderhorn-park');
      const isOpen = (value) => value.zone === 'mpls-powderhorn-park' && /^(room-opened|host-joined)$/.test(value.event);
      await this.host.wait('that the room is open', isOpen);
    })();
    return this.open;
  }

  async admit(name, roles, more = []) {
    const from = this.steward.said.length;
    this.steward.does(`invite ${roles.map((role) => `--role ${role}`).join(' ')}`);
    const invitation = await this.steward.wait('an invitation', (value) => value.event === 'invitation', from);
    await this.run(name, ['join', invitation.text, ...more]);
  }

  // Runs a command to its end, which must be a good one.
  async run(name, args) {
    const { stdout } = await promisify(execFile)(PROGRAM, this.words(name, args), this.options());
    return stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }

  // Starts a command that stays.
  start(name, args) {
    const player = new Player(name, spawn(PROGRAM, this.words(name, args), this.options()));
    this.players.push(player);
    return player;
  }

  words(name, args) {
    return ['--vault-cost', 'least', '--json', '--vault', path.join(this.folder, 'vaults', name), ...args];
  }

  options() {
    return { cwd: this.folder, env: { HOME: this.folder, BYSTAND_PASSPHRASE: PASSPHRASE } };
  }

  async stop() {
    await Promise.all(this.players.map((player) => player.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
