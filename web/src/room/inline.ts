// Runs inside the page, behind the entrance: see `early.ts`.
import { keep } from './early';

const root = document.getElementById('app');
if (root !== null) {
  keep(root, () => {
    const kept = JSON.parse(localStorage.getItem('zoom.preferences') ?? '{}') as { name?: unknown };
    return typeof kept.name === 'string' ? kept.name : '';
  });
}
