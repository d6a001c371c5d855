/** What can be done to labels. */

import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { putLabel, removeLabel } from '@/features/live/apply';
import { nextColor } from '@/features/named/colors';
import type { Named } from '@/features/named/NamedDialog';
import type { Label } from '@/features/tasks/board';
import { boardOf } from '@/graphql/cache';
import { graphql } from '@/graphql/generated';
import { newId } from '@/graphql/ids';
import { say } from '@/ui/say';

const CREATE = graphql(`
  mutation CreateLabel($input: CreateLabelInput!) {
    createLabel(input: $input) { label { ...LabelFields } errors { message } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateLabel($input: UpdateLabelInput!) {
    updateLabel(input: $input) { label { ...LabelFields } errors { message } }
  }
`);
const DELETE = graphql(`
  mutation DeleteLabel($input: LabelIdInput!) {
    deleteLabel(input: $input) { label { id } errors { message } }
  }
`);

export function labelChanges(client: ApolloClient) {
  const known = () => boardOf(client.cache).board$.value?.labels ?? [];

  /** The label as it will be. */
  function create(name: string, color = nextColor(known().map((label) => label.color))): Label {
    const label: Label = { __typename: 'Label', id: newId(), name, color, version: 0 };
    void say(
      client.mutate({
        mutation: CREATE,
        variables: { input: { id: label.id, name, color } },
        optimisticResponse: { createLabel: { __typename: 'LabelPayload', label, errors: [] } },
        update(cache, { data }) {
          const made = data?.createLabel.label;
          if (made) putLabel(cache, made);
        },
      }),
    );
    return label;
  }

  return {
    create,

    /** The one of this name, which is made where there is none. */
    named(name: string): Label {
      return known().find((label) => label.name.toLowerCase() === name.toLowerCase()) ?? create(name);
    },

    update(label: Label, { name, color }: Named) {
      const fields = { ...(name !== label.name && { name }), ...(color !== label.color && { color }) };
      if (Object.keys(fields).length === 0) return;
      const current = known().find(({ id }) => id === label.id) ?? label;
      void say(
        client.mutate({
          mutation: UPDATE,
          variables: { input: { id: label.id, ...fields } },
          optimisticResponse: {
            updateLabel: { __typename: 'LabelPayload', label: { ...current, ...fields }, errors: [] },
          },
        }),
      );
    },

    remove(label: Label) {
      return say(
        client.mutate({
          mutation: DELETE,
          variables: { input: { id: label.id } },
          optimisticResponse: { deleteLabel: { __typename: 'LabelPayload', label: null, errors: [] } },
          update(cache, { data }) {
            const gone = data?.deleteLabel.errors.length === 0;
            if (gone) removeLabel(cache, label.id);
          },
        }),
      );
    },
  };
}

export function useLabelChanges() {
  const client = useApolloClient();
  return useMemo(() => labelChanges(client), [client]);
}
