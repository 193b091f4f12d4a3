// Somebody with a browser of their own, who finds things by their accessible names.
import { expect, type Browser, type Locator, type Page } from '@playwright/test';

import { inbound } from './media.ts';
import type { Program } from './program.ts';
import { watch } from './watch.ts';

export interface EnterOptions {
  microphone?: boolean;
  camera?: boolean;
}

/** What a browser profile is set to. */
export interface ProfileSettings {
  locale?: string;
  dark?: boolean;
  /** Takes any certificate, as somebody does who clicks the warning away. */
  trusting?: boolean;
  /** The size of the window's inside. */
  viewport?: { width: number; height: number };
}

export class Person {
  /** What the page did that it must never do, with one line each. */
  private readonly offences: string[] = [];
  private readonly hosts: string[];

  private constructor(
    readonly page: Page,
    readonly name: string,
    readonly program: Program,
  ) {
    this.hosts = [new URL(program.base).host];
    page.on('request', (request) => {
      const url = new URL(request.url());
      const local = ['data:', 'blob:', 'about:'].includes(url.protocol);
      if (!local && !this.hosts.includes(url.host)) this.offences.push(`request to ${url.href}`);
    });
    page.on('pageerror', ({ message }) => {
      // Firefox reports a line that it could not open as an error of the page's.
      if (!/connection to .*ws:/.test(message)) this.offences.push(`uncaught ${message}`);
    });
    page.on('console', (message) => {
      if (/content.security.policy/i.test(message.text())) this.offences.push(message.text());
    });
  }

  /** A fresh browser profile. */
  static async open(
    browser: Browser,
    program: Program,
    name: string,
    settings: ProfileSettings = {},
  ): Promise<Person> {
    const context = await browser.newContext({
      locale: settings.locale ?? 'en-US',
      viewport: settings.viewport ?? { width: 1000, height: 700 },
      ignoreHTTPSErrors: settings.trusting ?? false,
      ...(settings.dark ? { colorScheme: 'dark' as const } : {}),
    });
    const page = await context.newPage();
    await page.addInitScript(watch);
    return new Person(page, name, program);
  }

  /** Lets the page ask another host than the program's. */
  allow(origin: string): void {
    this.hosts.push(new URL(origin).host);
  }

  get join(): Locator {
    return this.button('Join');
  }

  get messages(): Locator {
    return this.page.getByRole('list', { name: 'Messages' });
  }

  get participants(): Locator {
    return this.page.getByRole('list', { name: 'Participants' });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Opens the room's link and stops before entering. */
  async visit(room: string): Promise<void> {
    await this.page.goto(`${this.program.base}/r/${encodeURIComponent(room)}`);
    await this.page.getByRole('textbox', { name: 'Your name' }).fill(this.name);
    await this.devicesAnswered();
  }

  /** Until the browser has answered, the toggles do not show what the devices will be. */
  async devicesAnswered(): Promise<void> {
    await this.page.waitForFunction(() => {
      const { asked, answered } = window.watched.devices;
      return asked > 0 && asked === answered;
    });
  }

  /** Opens the room's link and enters, with what is wished on. */
  async enter(room: string, { microphone = false, camera = false }: EnterOptions = {}) {
    await this.visit(room);
    await this.set('Microphone', microphone);
    await this.set('Camera', camera);
    await this.join.click();
    await expect(this.button('Leave')).toBeVisible();
  }

  /** Presses a toggle button unless it is as wished. */
  async set(button: string, on: boolean): Promise<void> {
    const toggle = this.button(button);
    // A device that is being opened takes no press: whether it will be on is not known yet.
    await expect(toggle).toHaveAttribute('aria-busy', 'false');
    if ((await toggle.getAttribute('aria-pressed')) !== String(on)) await toggle.click();
    await expect(toggle).toHaveAttribute('aria-pressed', String(on));
  }

  async say(text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Message' }).fill(text);
    await this.button('Send').click();
  }

  async expectMessage(text: string, times = 1, timeout?: number): Promise<void> {
    const found = this.messages.getByRole('listitem').filter({ hasText: text });
    await expect(found).toHaveCount(times, timeout === undefined ? {} : { timeout });
  }

  async expectParticipants(names: string[]): Promise<void> {
    for (const name of names) await expect(this.participants).toContainText(name);
    await expect(this.participants.getByRole('listitem')).toHaveCount(names.length);
  }

  /** Hides or shows the page, as changing the tab does. */
  async setVisible(visible: boolean): Promise<void> {
    await this.page.evaluate(
      (state) => {
        Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
        Object.defineProperty(document, 'hidden', {
          value: state === 'hidden',
          configurable: true,
        });
        document.dispatchEvent(new Event('visibilitychange'));
      },
      visible ? 'visible' : 'hidden',
    );
  }

  /** The ICE user name that the server knows this page by. */
  async iceUser(): Promise<string> {
    return this.page.evaluate(() => {
      const sdp = window.watched.peers.at(-1)?.peer.remoteDescription?.sdp ?? '';
      return /a=ice-ufrag:(\S+)/.exec(sdp)?.[1] ?? '';
    });
  }

  /** The width of the largest picture that arrives. */
  async widestPicture(): Promise<number> {
    return Math.max(...(await inbound(this.page)).map(({ width }) => width));
  }

  /** What media goes over: `udp` or `tcp`. */
  async transport(): Promise<string> {
    return this.page.evaluate(async () => {
      const peer = window.watched.peers.at(-1)?.peer;
      const entries = [...((await peer?.getStats()) ?? new Map<string, unknown>()).values()] as {
        id: string;
        type: string;
        state?: string;
        nominated?: boolean;
        remoteCandidateId?: string;
        protocol?: string;
      }[];
      const pair = entries.find(
        ({ type, state, nominated }) =>
          type === 'candidate-pair' && state === 'succeeded' && nominated,
      );
      return entries.find(({ id }) => id === pair?.remoteCandidateId)?.protocol ?? '';
    });
  }

  /** The kinds of requests that the page has sent, over all its sockets. */
  async requests(): Promise<string[]> {
    return this.page.evaluate(() => window.watched.sockets.flatMap(({ sent }) => sent));
  }

  /** Fails when the page asked another host, broke its security policy or threw. */
  async expectClean(): Promise<void> {
    const violations = await this.page.evaluate(() => window.watched.violations);
    expect([...this.offences, ...violations], `${this.name}'s page behaves`).toEqual([]);
  }
}
