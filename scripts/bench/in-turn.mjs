// The whole and its stages alone, side by side in time: how near the whole comes to what the stages
// allow.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { engineEnvironment, scriptOf } from './stage.mjs';

/**
 * The whole's turn, in milliseconds: short beside how the machine's speed drifts, long beside what
 * filling the caches again takes.
 */
const TURN = 200;

/** Those that live: they have groups of their own, so that Ctrl+C does not reach them. */
const living = new Set();
process.on('exit', () => {
  for (const each of living) each.kill();
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * The same work in several ways, in turn as well: which is the faster.
 * @param commands scripts of test/bench that say when they begin and are done. @returns what each
 * printed last, with `cold` and `rate` as above.
 */
export async function waysInTurn(commands) {
  const all = [];
  try {
    for (const command of commands) {
      all.push(new Turns(command));
      await all.at(-1).prepared();
    }
    const printed = [];
    for (let left = [...all]; left.length > 0;) {
      for (const each of [...left]) {
        if (!(await each.turn(TURN))) continue;
        left = left.filter((other) => other !== each);
        printed[all.indexOf(each)] = await each.last();
        each.kill();
      }
    }
    return all.map(({ seconds }, i) => ({
      ...printed[i],
      cold: seconds,
      rate: printed[i].images / seconds,
    }));
  } finally {
    for (const each of all) each.kill();
  }
}

/**
 * The whole, and its stages alone, in turn: while one has the machine the others are stopped
 * (SIGSTOP, so not on Windows). All of them meet the machine at the same speed, which drifts by
 * half within seconds where it is shared. What they prepare, each prepares alone; the stages go on
 * for as long as the whole takes.
 *
 * @param command of the whole: a script of test/bench and its arguments. The script says when it
 * begins and is done (test/bench/driven.ts).
 * @param stages by name `command`, one that goes on until it is told to stop, and `share`, its turn
 * ÷ the whole's.
 * @returns `whole`, what it printed last, with `cold`, seconds, and `rate`, images a second, of the
 * time it had; `rates`, the stages' items a second.
 * @throws Error where one of them ends before.
 */
export async function inTurn(command, stages) {
  const all = [];
  try {
    const add = async (command) => {
      const each = new Turns(command);
      all.push(each);
      await each.prepared();
      return each;
    };
    const whole = await add(command);
    const alone = [];
    for (const [name, { command, share }] of Object.entries(stages))
      alone.push({ name, share, turns: await add(command) });
    for (;;) {
      if (await whole.turn(TURN)) break;
      for (const { turns, share } of alone) await turns.turn(TURN * share);
    }
    whole.signal('SIGSTOP');
    const rates = {};
    for (const { name, turns } of alone) rates[name] = await turns.rate();
    whole.signal('SIGCONT'); // for what it measures by itself
    const printed = await whole.last();
    return {
      whole: { ...printed, cold: whole.seconds, rate: printed.images / whole.seconds },
      rates,
    };
  } finally {
    for (const each of all) each.kill();
  }
}

/** A process that has the machine at times only. */
class Turns {
  /** Seconds it has had. */
  seconds = 0;

  constructor(command) {
    this.name = command.join(' ');
    // A group of its own: its engine is stopped with it.
    this.child = spawn(process.execPath, scriptOf(command), {
      env: { ...engineEnvironment(), BENCH_IN_TURN: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    living.add(this);
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.child.stdin.on('error', () => undefined); // it has ended, which the next line tells
  }

  async prepared() {
    await this.next();
    this.signal('SIGSTOP');
    this.child.stdin.write('go\n');
    this.doneAt = this.next().then(() => performance.now());
    this.doneAt.catch(() => undefined); // thrown where it is awaited
  }

  /** @returns whether it is done. */
  async turn(milliseconds) {
    const start = performance.now();
    this.signal('SIGCONT');
    const doneAt = await Promise.race([this.doneAt, delay(milliseconds)]);
    if (doneAt === undefined) this.signal('SIGSTOP');
    this.seconds += ((doneAt ?? performance.now()) - start) / 1000;
    return doneAt !== undefined;
  }

  /** Ends a stage. @returns items a second. */
  async rate() {
    this.child.stdin.write('stop\n');
    while (!(await this.turn(1000)));
    const { items } = await this.last();
    this.kill();
    return items / this.seconds;
  }

  /** @returns what it prints when it is done. */
  async last() {
    return JSON.parse(await this.next());
  }

  async next() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`'${this.name}' ended without an answer`);
    return value;
  }

  signal(name) {
    process.kill(-this.child.pid, name);
  }

  kill() {
    living.delete(this);
    try {
      this.signal('SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // it has ended
    }
  }
}
