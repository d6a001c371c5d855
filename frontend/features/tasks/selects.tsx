import { Select } from '@/ui/Field';
import type { Project, Task } from './board';
import { TEXT } from './text';

const PRIORITIES = ['NONE', 'LOW', 'MEDIUM', 'HIGH', 'URGENT'] as const;

interface PriorityProps {
  priority: Task['priority'];
  onChange: (priority: Task['priority']) => void;
}

export function PrioritySelect({ priority, onChange }: PriorityProps) {
  return (
    <Select
      label={TEXT.priority}
      value={priority}
      onChange={({ target }) => onChange(target.value as Task['priority'])}
    >
      {PRIORITIES.map((value) => (
        <option key={value} value={value}>
          {TEXT.priorities[value]}
        </option>
      ))}
    </Select>
  );
}

interface ProjectProps {
  projects: readonly Project[];
  id: string | null;
  onChange: (id: string | null) => void;
}

/** Those that are archived are not chosen any more. */
export function ProjectSelect({ projects, id, onChange }: ProjectProps) {
  return (
    <Select label={TEXT.project} value={id ?? ''} onChange={({ target }) => onChange(target.value || null)}>
      <option value="">{TEXT.noProject}</option>
      {projects
        .filter((project) => !project.archived || project.id === id)
        .map((project) => (
          <option key={project.id} value={project.id}>
            {project.name}
          </option>
        ))}
    </Select>
  );
}
