// graphql-yoga for HTTP and graphql-ws for the sockets, put together as their documentation has it.
//
// node server.js sqlite FILE | postgresql URL. It prints its address, and takes `user-0` … as tokens.
import { createServer } from 'node:http';
import { GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { loaders, newId, now, resolvers } from './resolvers.js';
import { USERS } from './rows.js';
import { typeDefs } from './schema.js';

const [kind, where] = process.argv.slice(2);
const { open } = await import(`./${kind}.js`);
const store = await open(where, newId, now);
const users = new Map(
  Array.from({ length: USERS }, (_, number) => [`Bearer user-${number}`, { number, timeZone: 'UTC' }]),
);

function signedIn(authorization) {
  const user = users.get(authorization);
  if (!user) throw new GraphQLError('Sign in first.', { extensions: { code: 'UNAUTHENTICATED' } });
  return { user, loaders: loaders(store, user.number) };
}

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers: resolvers(store) }),
  context: ({ request, connectionParams }) =>
    signedIn(connectionParams?.authorization ?? request?.headers.get('authorization')),
  // Documents are parsed and validated once; that is yoga's own default.
  parserAndValidationCache: true,
  logging: false,
  graphiql: false,
  landingPage: false,
  cors: false,
  multipart: false,
});
const server = createServer(yoga);
const sockets = new WebSocketServer({ server, path: yoga.graphqlEndpoint, perMessageDeflate: false });
useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onSubscribe: async (ctx, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...ctx,
        req: ctx.extra.request,
        socket: ctx.extra.socket,
        params,
        connectionParams: ctx.connectionParams,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length ? errors : args;
    },
  },
  sockets,
);
server.keepAliveTimeout = 75_000;
server.listen({ host: '127.0.0.1', port: 0, backlog: 2048 }, () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
