// A device's track on its way out: effects begin and end without a gap, hide what they are to hide, and free all.
import { expect, test, vi } from 'vitest';

import { FakeTrack } from '../testing/media';
import { settle } from '../testing/server';
import type { Effect } from './effects/effect';
import { Outgoing } from './outgoing';

/** An effect that works when a test lets it. */
class FakeEffect implements Effect {
  readonly out: FakeTrack;
  readonly stop = vi.fn();
  #begin: (effect: Effect) => void = () => undefined;
  #refuse: (error: Error) => void = () => undefined;
  readonly begun = new Promise<Effect>((resolve, reject) => {
    this.#begin = resolve;
    this.#refuse = reject;
  });

  constructor(
    of: MediaStreamTrack,
    readonly slow: () => void,
  ) {
    this.out = new FakeTrack('video', `${of.label}, blurred`);
  }

  get track(): MediaStreamTrack {
    return this.out.asTrack;
  }

  async works(): Promise<void> {
    this.#begin(this);
    await settle();
  }

  async fails(): Promise<void> {
    this.#refuse(new DOMException('', 'NotSupportedError'));
    await settle();
  }
}

function outgoing({ hold = false, wanted = false } = {}) {
  const effects: FakeEffect[] = [];
  const sent: (string | null)[] = [];
  const problems: string[] = [];
  const source = new Outgoing({
    start: (track, onslow) => {
      const effect = new FakeEffect(track, onslow);
      effects.push(effect);
      return effect.begun;
    },
    hold,
    wanted,
    onsent: (track) => sent.push(track?.label ?? null),
    onproblem: (problem) => problems.push(problem),
  });
  const effect = (at: number) => {
    const found = effects[at];
    if (found === undefined) throw new Error('no effect began');
    return found;
  };
  return { source, effect, effects, sent, problems };
}

const camera = () => new FakeTrack('video', 'Camera');

test('in mid-call the plain track goes out until the effect works, and again when it ends', async () => {
  const { source, effect, sent } = outgoing();
  const raw = camera();
  source.take(raw.asTrack);
  void source.setWanted(true);
  expect(sent).toEqual(['Camera']);
  await effect(0).works();
  await source.setWanted(false);
  expect(sent).toEqual(['Camera', 'Camera, blurred', 'Camera']);
  expect(effect(0).stop).toHaveBeenCalledOnce();
  expect(raw.readyState).toBe('live');
});

test('what is to be hidden from the start is not seen before it is', async () => {
  const { source, effect, sent } = outgoing({ hold: true, wanted: true });
  source.take(camera().asTrack);
  expect(source.sent).toBeNull();
  await effect(0).works();
  expect(sent).toEqual(['Camera, blurred']);
});

test('another camera is not seen plain either: the last picture of the first one stands', async () => {
  const { source, effect, sent } = outgoing({ hold: true, wanted: true });
  source.take(camera().asTrack);
  await effect(0).works();
  source.take(new FakeTrack('video', 'Other').asTrack);
  expect(effect(0).stop).not.toHaveBeenCalled();
  await effect(1).works();
  expect(sent).toEqual(['Camera, blurred', 'Other, blurred']);
  expect(effect(0).stop).toHaveBeenCalledOnce();
});

test('a mute holds for what went in and for what goes out', async () => {
  const { source, effect } = outgoing({ wanted: true });
  const raw = camera();
  source.take(raw.asTrack);
  source.setEnabled(false);
  await effect(0).works();
  expect(effect(0).out.enabled).toBe(false);
  source.setEnabled(true);
  expect([raw.enabled, effect(0).out.enabled]).toEqual([true, true]);
});

test('an effect that this browser cannot do says so, and the plain track goes out', async () => {
  const { source, effect, sent, problems } = outgoing({ hold: true, wanted: true });
  source.take(camera().asTrack);
  await effect(0).fails();
  expect(problems).toEqual(['unsupported']);
  expect(sent).toEqual(['Camera']);
  expect(source.wanted).toBe(false);
});

test('an effect that is too slow ends and says so', async () => {
  const { source, effect, sent, problems } = outgoing({ wanted: true });
  source.take(camera().asTrack);
  await effect(0).works();
  effect(0).slow();
  expect(problems).toEqual(['slow']);
  expect(sent.at(-1)).toBe('Camera');
  expect(effect(0).stop).toHaveBeenCalledOnce();
});

test('an effect that comes too late is freed', async () => {
  const { source, effect, sent } = outgoing();
  source.take(camera().asTrack);
  void source.setWanted(true);
  await source.setWanted(false);
  await effect(0).works();
  expect(effect(0).stop).toHaveBeenCalledOnce();
  expect(sent).toEqual(['Camera']);
});

test('a camera that is off frees its effect', async () => {
  const { source, effect, sent } = outgoing({ wanted: true });
  const raw = camera();
  source.take(raw.asTrack);
  await effect(0).works();
  source.take(null);
  expect(effect(0).stop).toHaveBeenCalledOnce();
  expect(raw.readyState).toBe('ended');
  expect(sent.at(-1)).toBeNull();
});
