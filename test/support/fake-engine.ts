/**
 * An engine without a process: it answers what a test tells it, and remembers what it was asked.
 */
import type { EngineClient } from '../../src/engine/client';
import type { EngineCall } from '../../src/protocol/engine';

export interface FakeEngine {
  client: EngineClient;
  /** Names of the calls so far. */
  asked: string[];
  answers: Partial<Record<EngineCall, unknown>>;
}

/**
 * @param answers what each call resolves with; an Error is thrown, and what is missing never comes.
 */
export function fakeEngine(answers: FakeEngine['answers'] = {}): FakeEngine {
  const asked: string[] = [];
  const call = (name: EngineCall) => {
    asked.push(name);
    const answer = answers[name];
    if (answer === undefined) return new Promise(() => undefined);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  // Only this of the client is used by what is tested with it.
  const client = { call, dispose: () => undefined } as unknown as EngineClient;
  return { client, asked, answers };
}
