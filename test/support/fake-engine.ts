/**
 * Engine without a process: it gives predefined answers and records its calls.
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
 * @param answers result of each call; an Error rejects the call. Calls without an answer stay
 * pending.
 */
export function fakeEngine(answers: FakeEngine['answers'] = {}): FakeEngine {
  const asked: string[] = [];
  const call = (name: EngineCall) => {
    asked.push(name);
    const answer = answers[name];
    if (answer === undefined) return new Promise(() => undefined);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  // The tested code uses only these members of the client.
  const client = { call, dispose: () => undefined } as unknown as EngineClient;
  return { client, asked, answers };
}
