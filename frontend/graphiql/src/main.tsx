import { GraphiQL } from 'graphiql';
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { createRoot } from 'react-dom/client';
import { createFetcher } from './fetcher';
import './page.css';
import welcome from './welcome.graphql?raw';

const root = document.getElementById('graphiql');
if (!root) throw new Error('The page has no place for GraphiQL');

// shouldPersistHeaders is left to the reader: GraphiQL then asks in its settings, and keeps none until told to.
createRoot(root).render(
  <GraphiQL
    fetcher={createFetcher()}
    defaultTabs={[{ query: welcome }]}
    defaultQuery={welcome}
    defaultEditorToolsVisibility="headers"
  >
    <GraphiQL.Logo>TaskFlow</GraphiQL.Logo>
  </GraphiQL>,
);
