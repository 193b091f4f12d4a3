import type { Action } from './action';

/** Runs an action once at a time: devices take their time, and a press meanwhile would be answered by chance. */
export class Pressing {
  going = $state(false);

  async run(action: Pick<Action, 'run' | 'enabled' | 'available'>): Promise<void> {
    if (this.going || !action.enabled || !action.available) return;
    this.going = true;
    try {
      await action.run();
    } finally {
      this.going = false;
    }
  }
}
