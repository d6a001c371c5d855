/** What can be done to projects. */

import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { putProject, removeProject } from '@/features/live/apply';
import { nextColor } from '@/features/named/colors';
import type { Named } from '@/features/named/NamedDialog';
import type { Project } from '@/features/tasks/board';
import { boardOf } from '@/graphql/cache';
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

export function projectChanges(client: ApolloClient) {
  const known = () => boardOf(client.cache).board$.value?.projects.nodes ?? [];
  /** As it is by now: what was drawn may be older than what came since. */
  const current = (project: Project): Project => known().find(({ id }) => id === project.id) ?? project;

  const update = (project: Project, fields: Partial<Pick<Project, 'name' | 'color' | 'archived'>>) =>
    say(
      client.mutate({
        mutation: UPDATE,
        variables: { input: { id: project.id, ...fields } },
        optimisticResponse: {
          updateProject: { __typename: 'ProjectPayload', project: { ...current(project), ...fields }, errors: [] },
        },
      }),
    );

  return {
    /** The project as it will be. */
    create(name: string, color = nextColor(known().map((project) => project.color))): Project {
      const id = newId();
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
            if (made) putProject(cache, made);
          },
        }),
      );
      return project;
    },

    edit(project: Project, { name, color }: Named) {
      const fields = { ...(name !== project.name && { name }), ...(color !== project.color && { color }) };
      if (Object.keys(fields).length > 0) void update(project, fields);
    },

    setArchived(project: Project, archived: boolean) {
      void update(project, { archived });
    },

    remove(project: Project) {
      return say(
        client.mutate({
          mutation: DELETE,
          variables: { input: { id: project.id } },
          optimisticResponse: { deleteProject: { __typename: 'ProjectPayload', project: null, errors: [] } },
          update(cache, { data }) {
            const gone = data?.deleteProject.errors.length === 0;
            if (gone) removeProject(cache, project.id);
          },
        }),
      );
    },
  };
}

export function useProjectChanges() {
  const client = useApolloClient();
  return useMemo(() => projectChanges(client), [client]);
}
