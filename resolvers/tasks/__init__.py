"""The acts on tasks.

due.py       when a task is due, as it is kept
parents.py   subtasks: how deep, how many, no cycles
create.py change.py complete.py delete.py many.py purge.py   the acts
reading.py   lists, filters and orders; batch.py   what fields of many tasks need at once
"""

from resolvers.tasks.change import TaskChange, set_due_date, update_task
from resolvers.tasks.complete import complete_task, reopen_task
from resolvers.tasks.create import NewTask, create_task
from resolvers.tasks.delete import delete_task, restore_task
from resolvers.tasks.many import TasksChange, change_tasks
from resolvers.tasks.purge import purge_deleted, users_with_purgeable

__all__ = [
    "NewTask",
    "TaskChange",
    "TasksChange",
    "change_tasks",
    "complete_task",
    "create_task",
    "delete_task",
    "purge_deleted",
    "reopen_task",
    "restore_task",
    "set_due_date",
    "update_task",
    "users_with_purgeable",
]
