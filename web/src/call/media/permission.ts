import type { Obstacle } from './devices';

type Asked = 'microphone' | 'camera';

/** What the browser remembers of this site; null where it does not tell. */
export async function permissionOf(kind: Asked): Promise<PermissionState | null> {
  try {
    return (await navigator.permissions.query({ name: kind })).state;
  } catch {
    return null;
  }
}

/** Tells a question that was closed from one that was answered with no. */
export async function refusalOf(kind: Asked, obstacle: Obstacle): Promise<Obstacle> {
  if (obstacle !== 'denied') return obstacle;
  return (await permissionOf(kind)) === 'prompt' ? 'dismissed' : 'denied';
}

/** Tells of every change of a permission; returns what ends that. Where a browser does not tell, nothing comes. */
export function watchPermission(kind: Asked, told: (state: PermissionState) => void): () => void {
  let status: PermissionStatus | null = null;
  let ended = false;
  const change = () => {
    if (status !== null) told(status.state);
  };
  const begin = async () => {
    const found = await navigator.permissions.query({ name: kind });
    if (ended) return;
    status = found;
    status.addEventListener('change', change);
  };
  begin().catch(() => undefined);
  return () => {
    ended = true;
    status?.removeEventListener('change', change);
  };
}
