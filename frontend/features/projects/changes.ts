/** What can be done to projects. */

import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { change, withNode } from '@/features/live/apply';
import type { Project } from '@/features/tasks/board';
import { graphql } from '@/graphql/generated';
import { newId } from '@/graphql/ids';
import { say } from '@/ui/say';

const CREATE = graphql(`
  mutation CreateProject($input: CreateProjectInput!) {
    createProject(input: $input) { project { ...ProjectFields } errors { message } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateProject($input: UpdateProjectInput!) {
    updateProject(input: $input) { project { ...ProjectFields } errors { message } }
  }
`);
const DELETE = graphql(`
  mutation DeleteProject($input: ProjectIdInput!) {
    deleteProject(input: $input) { project { id } errors { message } }
  }
`);

const COLORS = ['#4f46e5', '#0891b2', '#059669', '#ca8a04', '#dc2626', '#c026d3'];

function projectChanges(client: ApolloClient) {
  return {
    create(name: string, count: number): string {
      const id = newId();
      const color = COLORS[count % COLORS.length] ?? '#64748b';
      const project: Project = {
        __typename: 'Project',
        id,
        name,
        color,
        archived: false,
        position: '~',
        version: 0,
      };
      void say(
        client.mutate({
          mutation: CREATE,
          variables: { input: { id, name, color } },
          optimisticResponse: { createProject: { __typename: 'ProjectPayload', project, errors: [] } },
          update(cache, { data }) {
            const made = data?.createProject.project;
            if (made) change(cache, (board) => ({ ...board, projects: withNode(board.projects, made) }));
          },
        }),
      );
      return id;
    },

    rename(project: Project, name: string) {
      if (name === project.name) return;
      void say(
        client.mutate({
          mutation: UPDATE,
          variables: { input: { id: project.id, name } },
          optimisticResponse: {
            updateProject: { __typename: 'ProjectPayload', project: { ...project, name }, errors: [] },
          },
        }),
      );
    },

    /** What becomes of its tasks comes with the event. */
    remove(project: Project) {
      void say(client.mutate({ mutation: DELETE, variables: { input: { id: project.id } } }));
    },
  };
}

export function useProjectChanges() {
  const client = useApolloClient();
  return useMemo(() => projectChanges(client), [client]);
}
