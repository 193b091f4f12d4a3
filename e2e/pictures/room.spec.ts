// The pictures in README.md and README.ko.md: a real call of four, with drawn people before the
// cameras, because pretended cameras show test cards.
import { expectPictures } from '../support/media.ts';
import { expect, test, type Person } from '../support/test.ts';

import { texts } from '../support/texts.ts';

const docs = new URL('../../docs/', import.meta.url).pathname;

interface Scene {
  file: string;
  locale: string;
  room: string;
  people: [string, string, string, string];
  talk: [number, string][];
}

const scenes: Scene[] = [
  {
    file: 'room.png',
    locale: 'en-US',
    room: 'blue-otter-42',
    people: ['Ann', 'Bo', '지민', 'Carla'],
    talk: [
      [1, 'Hello! Is everybody here?'],
      [2, '네, 잘 들려요 👋'],
      [3, 'The plan is at https://example.org/garden'],
      [0, 'Great. I will write down what we decide:\n1. seeds by Friday\n2. Bo brings the ladder'],
    ],
  },
  {
    file: 'room.ko.png',
    locale: 'ko-KR',
    room: '파란-수달-42',
    people: ['지민', '민수', 'Ann', '하은'],
    talk: [
      [1, '안녕하세요! 다들 오셨나요?'],
      [2, 'Yes, I can hear you 👋'],
      [3, '계획은 여기 있어요: https://example.org/garden'],
      [0, '좋아요. 정한 것을 적어 둘게요.\n1. 씨앗은 금요일까지\n2. 사다리는 민수님이 가져오기'],
    ],
  },
];

for (const scene of scenes) {
  test(`a call of four: ${scene.file}`, async ({ person }) => {
    const words = texts(scene.locale.startsWith('ko') ? 'ko' : 'en');
    const people: Person[] = [];
    for (const [index, name] of scene.people.entries()) {
      const one = await person('chromium', name, { locale: scene.locale });
      await one.page.addInitScript(drawCamera, index);
      await one.page.setViewportSize({ width: 1280, height: 760 });
      await one.page.goto(`${one.program.base}/r/${encodeURIComponent(scene.room)}`);
      await one.page.getByRole('textbox', { name: words('your_name') }).fill(name);
      await one.devicesAnswered();
      const camera = one.button(words('camera'));
      if ((await camera.getAttribute('aria-pressed')) === 'false') await camera.click();
      await expect(camera).toHaveAttribute('aria-pressed', 'true');
      if (index !== 1) await one.button(words('microphone')).click();
      await one.button(words('join')).click();
      people.push(one);
    }
    for (const [index, text] of scene.talk) {
      const field = people[index]!.page.getByRole('textbox', { name: words('message') });
      await field.fill(text);
      await field.press('Enter');
      await expect(people[0]!.page.getByText(text.split('\n')[0]!).first()).toBeVisible();
    }
    await expectPictures(people[0]!.page, 3);
    await people[0]!.page.screenshot({ path: docs + scene.file });
  });
}

/** Runs in the page: the camera shows somebody who nods. */
function drawCamera(index: number): void {
  const colours = [
    ['#ffd9a0', '#e8745b', '#5b3a29'],
    ['#bfe3d0', '#3f7f6b', '#2b2a33'],
    ['#cfd8ff', '#5a5fd6', '#1f1b24'],
    ['#f6cfe0', '#b0477f', '#6b2f1a'],
  ][index]!;
  const skin = ['#f1c9a5', '#c98e63', '#f3d3b8', '#8d5a3b'][index]!;
  const { mediaDevices } = navigator;
  if (!window.isSecureContext) return;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    const [camera] = stream.getVideoTracks();
    if (!camera) return stream;
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
    const pen = canvas.getContext('2d')!;
    const circle = (x: number, y: number, width: number, height: number, colour: string) => {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.ellipse(x, y, width, height, 0, 0, 2 * Math.PI);
      pen.fill();
    };
    setInterval(() => {
      const nod = Math.sin(performance.now() / 500 + index) * 8;
      const wall = pen.createLinearGradient(0, 0, 1280, 720);
      wall.addColorStop(0, colours[0]!);
      wall.addColorStop(1, '#ffffff');
      pen.fillStyle = wall;
      pen.fillRect(0, 0, 1280, 720);
      circle(640, 800, 330, 280, colours[1]!);
      pen.fillStyle = skin;
      pen.fillRect(580, 440, 120, 130);
      circle(640, 300 + nod, 185, 205, colours[2]!);
      circle(640, 345 + nod, 150, 180, skin);
      for (const side of [-1, 1]) circle(640 + side * 58, 330 + nod, 13, 16, '#2b2a33');
      pen.strokeStyle = '#7a2f2f';
      pen.lineWidth = 10;
      pen.lineCap = 'round';
      pen.beginPath();
      pen.arc(640, 395 + nod, 55, 0.2 * Math.PI, 0.8 * Math.PI);
      pen.stroke();
    }, 50);
    stream.removeTrack(camera);
    stream.addTrack(canvas.captureStream(20).getVideoTracks()[0]!);
    return stream;
  };
}
