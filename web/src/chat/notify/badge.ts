/** Pixels of the drawing: what browsers scale down from. */
const size = 64;

/** Largest number that fits. */
const most = 99;

/** The icon of the tab: as the page has it, and with a number on it while there is one. */
export class Badge {
  readonly #link: HTMLLinkElement | null;
  readonly #plain: string;
  #shown = 0;
  #drawn: string | null = null;

  constructor() {
    this.#link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    this.#plain = this.#link?.getAttribute('href') ?? '';
  }

  /** Shows a number; none for zero. */
  async show(count: number): Promise<void> {
    if (count === this.#shown) return;
    this.#shown = count;
    void install(count);
    if (count === 0) {
      this.#use(this.#plain, null);
      return;
    }
    const drawn = await draw(this.#plain, count > most ? `${String(most)}+` : String(count));
    // Meanwhile there may be others, or none.
    if (drawn === null || this.#shown !== count) return;
    const url = URL.createObjectURL(drawn);
    this.#use(url, url);
  }

  #use(href: string, drawn: string | null): void {
    this.#link?.setAttribute('href', href);
    this.#link?.setAttribute('type', drawn === null ? 'image/svg+xml' : 'image/png');
    if (this.#drawn !== null) URL.revokeObjectURL(this.#drawn);
    this.#drawn = drawn;
  }
}

/** The icon of the installed app has a number of its own, where the system shows one. */
async function install(count: number): Promise<void> {
  try {
    if (count === 0) await navigator.clearAppBadge();
    else await navigator.setAppBadge(count);
  } catch {
    // It is no installed app, or the browser has none.
  }
}

async function draw(icon: string, text: string): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const pen = canvas.getContext('2d');
  if (pen === null) return null;
  const picture = new Image(size, size);
  picture.src = icon;
  // Without the icon a number alone says enough.
  if (
    await picture.decode().then(
      () => true,
      () => false,
    )
  )
    pen.drawImage(picture, 0, 0, size, size);
  const styles = getComputedStyle(document.documentElement);
  const radius = text.length > 2 ? 24 : 21;
  pen.beginPath();
  pen.arc(size - radius, radius, radius, 0, 2 * Math.PI);
  pen.fillStyle = styles.getPropertyValue('--badge');
  pen.fill();
  pen.fillStyle = styles.getPropertyValue('--on-badge');
  pen.font = `700 ${text.length > 2 ? '24' : text.length > 1 ? '28' : '34'}px sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(text, size - radius, radius + 2);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
}
