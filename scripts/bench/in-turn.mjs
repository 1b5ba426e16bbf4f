// Runs processes alternately, so that all of them meet the same speed of the machine.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { engineEnvironment, scriptOf } from './stage.mjs';

/**
 * Length of a turn in milliseconds: short compared with drifts of the machine's speed, and long
 * compared with refilling the CPU caches.
 */
const TURN = 200;

/** Live processes. Ctrl+C does not reach them, because each has its own process group. */
const living = new Set();
process.on('exit', () => {
  for (const each of living) each.kill();
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * Runs several variants of the same work alternately.
 * @param commands scripts of test/bench that report their start and end.
 * @returns the last output of each, with `cold` and `rate` as in `inTurn`.
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
 * Runs an end-to-end job and its single stages alternately: one runs while the others are stopped
 * (SIGSTOP, so not on Windows). The speed of a shared machine can drift by half within seconds,
 * which then affects all of them equally. Each prepares alone. The stages run as long as the job.
 *
 * @param command end-to-end job: a script of test/bench, which reports its start and end
 * (test/bench/driven.ts), and its arguments.
 * @param stages by name: `command`, which runs until it is stopped, and `share`, the length of its
 * turns ÷ those of the job.
 * @returns `whole`: the last output of the job, with `cold`, its seconds, and `rate`, its images
 * per second; `rates`: items per second of the stages.
 * @throws Error if a process ends early.
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
    whole.signal('SIGCONT'); // the job measures more by itself
    const printed = await whole.last();
    return {
      whole: { ...printed, cold: whole.seconds, rate: printed.images / whole.seconds },
      rates,
    };
  } finally {
    for (const each of all) each.kill();
  }
}

/** A process that runs only in its turns. */
class Turns {
  /** Total seconds of its turns. */
  seconds = 0;

  constructor(command) {
    this.name = command.join(' ');
    // Its own process group, so that its engine is stopped with it.
    this.child = spawn(process.execPath, scriptOf(command), {
      env: { ...engineEnvironment(), BENCH_IN_TURN: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    living.add(this);
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.child.stdin.on('error', () => undefined); // `next` reports that it has ended
  }

  async prepared() {
    await this.next();
    this.signal('SIGSTOP');
    this.child.stdin.write('go\n');
    this.doneAt = this.next().then(() => performance.now());
    this.doneAt.catch(() => undefined); // `turn` throws it
  }

  /** Runs the process for a turn. @returns whether it is done. */
  async turn(milliseconds) {
    const start = performance.now();
    this.signal('SIGCONT');
    const doneAt = await Promise.race([this.doneAt, delay(milliseconds)]);
    if (doneAt === undefined) this.signal('SIGSTOP');
    this.seconds += ((doneAt ?? performance.now()) - start) / 1000;
    return doneAt !== undefined;
  }

  /** Ends a stage. @returns its items per second. */
  async rate() {
    this.child.stdin.write('stop\n');
    while (!(await this.turn(1000)));
    const { items } = await this.last();
    this.kill();
    return items / this.seconds;
  }

  /** @returns its last output. */
  async last() {
    return JSON.parse(await this.next());
  }

  async next() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`'${this.name}' ended without a result`);
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
      if (error.code !== 'ESRCH') throw error; // it has already ended
    }
  }
}
