import { createGraphiQLFetcher, type Fetcher, type FetcherParams, type Observable } from '@graphiql/toolkit';
import { type DocumentNode, type ExecutionResult, getOperationAST } from 'graphql';
import { createClient } from 'graphql-ws';

const httpUrl = new URL('/graphql', location.href);
const socketUrl = new URL(httpUrl);
socketUrl.protocol = httpUrl.protocol === 'https:' ? 'wss:' : 'ws:';

type Headers = Record<string, string>;

/** Queries and mutations over HTTP; subscriptions over a WebSocket of their own, signed in by the same headers. */
export function createFetcher(): Fetcher {
  const overHttp = createGraphiQLFetcher({ url: httpUrl.href, enableIncrementalDelivery: false });
  return (params, options) =>
    isSubscription(params, options?.documentAST)
      ? overSocket(params, (options?.headers ?? {}) as Headers)
      : overHttp(params, options);
}

function isSubscription(params: FetcherParams, document: DocumentNode | undefined): boolean {
  return !!document && getOperationAST(document, params.operationName)?.operation === 'subscription';
}

interface Observer {
  next(result: ExecutionResult): void;
  error(error: unknown): void;
  complete(): void;
}

function overSocket(params: FetcherParams, headers: Headers): Observable<ExecutionResult> {
  const results = {
    subscribe(observer: Observer) {
      const client = createClient({
        url: socketUrl.href,
        connectionParams: connectionParams(headers),
        // What closed the socket is shown, and running the operation again is up to the reader.
        retryAttempts: 0,
      });
      client.subscribe(
        { query: params.query, variables: params.variables, operationName: params.operationName ?? null },
        {
          next: (result) => observer.next(result as ExecutionResult),
          error: (error) => observer.error(readable(error)),
          complete: () => observer.complete(),
        },
      );
      return { unsubscribe: () => void client.dispose() };
    },
  };
  return results as Observable<ExecutionResult>;
}

/** A browser's WebSocket takes no headers: the token goes into `connection_init`. */
export function connectionParams(headers: Headers): Record<string, string> {
  const [, authorization] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return authorization ? { authorization } : {};
}

function readable(error: unknown): unknown {
  return error instanceof CloseEvent
    ? new Error(`The server closed the socket: ${error.code} ${error.reason || '(no reason given)'}`)
    : error;
}
