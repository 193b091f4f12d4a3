// Drawn people and drawn screens, because pretended cameras show test cards.

export type Paint = (pen: CanvasRenderingContext2D) => void;

/** The size that everything is drawn for; a canvas of another size scales it. */
const width = 1280;
const height = 720;

const walls = ['#ffe3bd', '#cfe8d8', '#d9def8', '#f6d5e4', '#e8e2d4', '#cfe6ee', '#e6d8f2'];
const clothes = ['#e8745b', '#3f7f6b', '#5a5fd6', '#b0477f', '#c9a227', '#3a6ea5', '#6b4e9b'];
const skins = ['#f1c9a5', '#c98e63', '#f3d3b8', '#8d5a3b', '#e0ac84', '#6d4330'];
const hairs = ['#5b3a29', '#2b2a33', '#1f1b24', '#a8612c', '#d9b36a', '#7d7a80', '#3b2219'];

function of(colours: readonly string[], index: number): string {
  return colours[index % colours.length] ?? '#888888';
}

function oval(
  pen: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  [across, down]: readonly [number, number],
  colour: string,
): void {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.ellipse(x, y, across, down, 0, 0, 2 * Math.PI);
  pen.fill();
}

/** Somebody before a wall; another place is another face. */
export function person(place: number): Paint {
  return (pen) => {
    const scale = pen.canvas.width / width;
    pen.setTransform(scale, 0, 0, scale, 0, (pen.canvas.height - height * scale) / 2);
    // Plain colours: pictures of them stay small.
    pen.fillStyle = of(walls, place * 3 + 1);
    pen.fillRect(0, -height, width, height * 3);
    pen.fillStyle = 'rgb(255 255 255 / 35%)';
    pen.fillRect(0, 470, width, height * 2);
    behind(pen, place);
    const skin = of(skins, place * 5 + 2);
    const hair = of(hairs, place * 2 + 1);
    const long = place % 3 === 1;
    if (long) {
      oval(pen, [640, 330], [205, 225], hair);
      pen.fillStyle = hair;
      pen.fillRect(435, 330, 410, 240);
    }
    oval(pen, [640, 860], [340, 300], of(clothes, place * 4));
    pen.fillStyle = skin;
    pen.fillRect(582, 440, 116, 140);
    oval(pen, [640, 580], [58, 30], skin);
    oval(pen, [640, 290], [182, place % 4 === 3 ? 170 : 200], hair);
    oval(pen, [640, 345], [150, 180], skin);
    if (long) oval(pen, [600, 205], [130, 62], hair);
    for (const side of [-1, 1]) oval(pen, [640 + side * 58, 330], [13, 16], '#2b2a33');
    if (place % 5 === 4) glasses(pen);
    pen.strokeStyle = '#7a2f2f';
    pen.lineWidth = 10;
    pen.lineCap = 'round';
    pen.beginPath();
    pen.arc(640, 390, 58, 0.2 * Math.PI, 0.8 * Math.PI);
    pen.stroke();
  };
}

/** What hangs on the wall. */
function behind(pen: CanvasRenderingContext2D, place: number): void {
  const left = place % 2 === 0;
  const x = left ? 90 : 900;
  if (place % 4 < 2) {
    // A shelf with books.
    for (const [row, y] of [170, 400].entries()) {
      for (let book = 0; book < 8; book += 1) {
        const tall = 110 + ((book * 37 + row * 53 + place * 29) % 60);
        pen.fillStyle = of(clothes, book + row * 3 + place);
        pen.globalAlpha = 0.55;
        pen.fillRect(x + book * 36, y - tall, 28, tall);
      }
      pen.globalAlpha = 1;
      pen.fillStyle = '#9a7b5c';
      pen.fillRect(x - 14, y, 316, 14);
    }
    return;
  }
  // A window.
  pen.fillStyle = '#bfe0f5';
  pen.fillRect(x, 60, 290, 330);
  oval(pen, [x + 210, 130], [38, 38], '#fff3c4');
  pen.fillStyle = '#9ccf9a';
  pen.fillRect(x, 310, 290, 80);
  pen.strokeStyle = '#ffffff';
  pen.lineWidth = 14;
  pen.strokeRect(x, 60, 290, 330);
  pen.fillStyle = '#ffffff';
  pen.fillRect(x + 138, 60, 14, 330);
}

function glasses(pen: CanvasRenderingContext2D): void {
  pen.strokeStyle = '#3b3b46';
  pen.lineWidth = 8;
  for (const side of [-1, 1]) {
    pen.beginPath();
    pen.ellipse(640 + side * 60, 332, 46, 42, 0, 0, 2 * Math.PI);
    pen.stroke();
  }
}

/** A shared screen: slides, a document or a table. */
export function screen(place: number): Paint {
  return (pen) => {
    pen.fillStyle = '#ffffff';
    pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
    const scale = pen.canvas.width / width;
    pen.setTransform(scale, 0, 0, scale, 0, (pen.canvas.height - height * scale) / 2);
    const kinds = [slides, text, table];
    kinds[place % kinds.length]?.(pen);
  };
}

function bar(pen: CanvasRenderingContext2D, colour: string): void {
  pen.fillStyle = colour;
  pen.fillRect(0, 0, width, 56);
}

function slides(pen: CanvasRenderingContext2D): void {
  pen.fillStyle = '#f4f7f2';
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = '#23483c';
  pen.font = '700 64px sans-serif';
  pen.fillText('The garden in spring', 90, 150);
  pen.font = '400 34px sans-serif';
  for (const [index, line] of [
    'Seeds by Friday',
    'A ladder for the apple tree',
    'Water from the rain barrel',
  ].entries()) {
    oval(pen, [104, 238 + index * 76], [9, 9], '#3f7f6b');
    pen.fillStyle = '#2c3a35';
    pen.fillText(line, 136, 250 + index * 76);
  }
  for (const [index, tall] of [120, 210, 170, 300, 260].entries()) {
    pen.fillStyle = of(['#9ccf9a', '#3f7f6b'], index);
    pen.fillRect(760 + index * 86, 620 - tall, 60, tall);
  }
  pen.fillStyle = '#2c3a35';
  pen.fillRect(740, 620, 450, 4);
}

function text(pen: CanvasRenderingContext2D): void {
  pen.fillStyle = '#1f2430';
  pen.fillRect(0, 0, width, height);
  bar(pen, '#171b24');
  const colours = ['#8ab4f8', '#f2c27b', '#9ad1a5', '#d7dae0', '#c69af0'];
  for (let line = 0; line < 19; line += 1) {
    let x = 90 + (line % 5 === 0 ? 0 : 44 * (1 + (line % 3 === 0 ? 1 : 0)));
    for (let word = 0; word < 3 + ((line * 7) % 4); word += 1) {
      const long = 50 + ((line * 31 + word * 47) % 130);
      pen.fillStyle = of(colours, line + word * 2);
      pen.fillRect(x, 90 + line * 33, long, 14);
      x += long + 16;
    }
  }
}

function table(pen: CanvasRenderingContext2D): void {
  bar(pen, '#217346');
  for (let row = 0; row < 17; row += 1) {
    for (let column = 0; column < 8; column += 1) {
      pen.strokeStyle = '#d4d8dc';
      pen.lineWidth = 2;
      pen.strokeRect(column * 160, 56 + row * 40, 160, 40);
      pen.fillStyle = row === 0 || column === 0 ? '#5f6b76' : '#b9c2ca';
      pen.fillRect(column * 160 + 14, 70 + row * 40, 40 + ((row * 29 + column * 41) % 90), 12);
    }
  }
}
