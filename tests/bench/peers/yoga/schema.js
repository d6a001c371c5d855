// The part of TaskFlow's schema that the loads use, word for word.

export const typeDefs = /* GraphQL */ `
  scalar DateTime
  scalar Date
  scalar Cursor

  enum Priority { NONE LOW MEDIUM HIGH URGENT }
  enum EventType { TASK_CREATED }

  type User { id: ID! email: String! name: String! timeZone: String! version: Int! }
  type Project { id: ID! name: String! color: String! archived: Boolean! position: String! version: Int! }
  type Label { id: ID! name: String! color: String! version: Int! }
  type Task {
    id: ID!
    title: String!
    description: String!
    completed: Boolean!
    completedAt: DateTime
    priority: Priority!
    dueDate: DateTime
    dueOn: Date
    allDay: Boolean!
    timeZone: String!
    position: String!
    version: Int!
    createdAt: DateTime!
    updatedAt: DateTime!
    deletedAt: DateTime
    project: Project
    labels: [Label!]!
  }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type TaskConnection { nodes: [Task!]! pageInfo: PageInfo! }
  type Event {
    cursor: Cursor!
    type: EventType!
    aggregateId: ID!
    task: Task
    project: Project
    label: Label
    user: User
  }
  type UserError { message: String! field: [String!]! }
  type TaskPayload { task: Task cursor: Cursor errors: [UserError!]! }
  input CreateTaskInput {
    title: String!
    description: String! = ""
    priority: Priority! = NONE
    projectId: ID
    labelIds: [ID!]
  }

  type Query { cursor: Cursor! tasks(first: Int! = 50, after: String): TaskConnection! }
  type Mutation { createTask(input: CreateTaskInput!): TaskPayload! }
  type Subscription { events(after: Cursor): Event! }
`;
