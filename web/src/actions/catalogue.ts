import { m } from '../../paraglide/messages.js';
import type { Action, Group } from './action';
import { groups } from './action';
import { chatActions } from './chat';
import { mediaActions } from './media';
import { pageActions } from './page';
import type { Place } from './place';
import { reactionActions, togetherActions } from './together';
import { viewActions } from './view';

/** Every action of the room, by name, and all of them in order. */
export function createActions(place: Place) {
  const all = {
    ...mediaActions(place),
    ...togetherActions(place),
    ...chatActions(place),
    ...viewActions(place),
    ...pageActions(place),
  };
  const reactions = reactionActions(place);
  return { ...all, reactions, all: [...Object.values<Action>(all), ...reactions] };
}

export type Actions = ReturnType<typeof createActions>;

/** The actions that exist here, in the groups of the help. */
export function grouped(actions: readonly Action[]): { group: Group; actions: Action[] }[] {
  return groups.map((group) => ({
    group,
    actions: actions.filter((action) => action.group === group && action.available),
  }));
}

/** The heading of a group. */
export function groupText(group: Group): string {
  switch (group) {
    case 'media':
      return m.group_media();
    case 'together':
      return m.group_together();
    case 'chat':
      return m.group_chat();
    case 'view':
      return m.group_view();
    case 'room':
      return m.group_room();
    case 'page':
      return m.group_page();
  }
}
