import { useApolloClient } from '@apollo/client/react';
import { useBoard } from '@/features/tasks/useBoard';
import { type Fault, faultBy, faultOf } from '@/graphql/ask';
import type { UpdateViewerInput, ViewerFieldsFragment } from '@/graphql/generated/graphql';
import { UPDATE_VIEWER } from './operations';

export type Viewer = ViewerFieldsFragment;
type Change = Pick<UpdateViewerInput, 'name' | 'timeZone' | 'allDayReminderTime'>;

/** Whoever is signed in, once they are known, and what changes them: shown at once, taken back where it is refused. */
export function useViewer() {
  const client = useApolloClient();
  const viewer: Viewer | undefined = useBoard()?.viewer;

  async function change(viewer: Viewer, input: Change): Promise<Fault | null> {
    const { name, timeZone, allDayReminderTime } = { ...viewer, ...input } as Viewer;
    const user = { ...viewer, name, timeZone, allDayReminderTime };
    try {
      const { data } = await client.mutate({
        mutation: UPDATE_VIEWER,
        variables: { input },
        optimisticResponse: {
          payload: { __typename: 'UpdateViewerPayload', user, errors: [] },
        },
      });
      return data ? faultOf(data.payload) : null;
    } catch (error) {
      return faultBy(error);
    }
  }

  return { viewer, change };
}
