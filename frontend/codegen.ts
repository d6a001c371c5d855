import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../schema/schema.graphql',
  documents: ['features/**/*.{ts,tsx}', 'graphql/**/*.ts', '!graphql/generated/**'],
  generates: {
    './graphql/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        nonOptionalTypename: true,
        skipTypeNameForRoot: true,
        strictScalars: true,
        scalars: {
          ID: 'string',
          DateTime: 'string',
          Date: 'string',
          Time: 'string',
          TimeZone: 'string',
          Cursor: 'string',
          Duration: 'string',
          RecurrenceRule: 'string',
          JSON: 'unknown',
        },
      },
    },
  },
};
export default config;
