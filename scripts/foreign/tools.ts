/**
 * The tools of other ecosystems that our tests run. Each has a folder of its own, `.cache/foreign/<name>`. A new tool is
 * one entry of TOOLS.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a tool gets into its folder, and where it is then. */
export type ForeignTool = {
  /** A sentence: what our tests do with it. */
  readonly purpose: string;
} & (
  | { readonly by: 'npm'; readonly packages: readonly string[] }
  | { readonly by: 'pip'; readonly packages: readonly string[] }
  | { readonly by: 'go'; readonly packages: readonly string[] }
  | { readonly by: 'maven'; readonly artifacts: readonly string[] }
);

/**
 * `path` of foreignTool() is:
 * - npm: the folder that holds `node_modules`
 * - pip: the folder of a virtual environment, with `bin/python`
 * - go: the folder that holds `bin/<command>`
 * - maven: the folder that holds `jars/*.jar`, dependencies included
 */
export const TOOLS: Readonly<Record<string, ForeignTool>> = {
  jest: {
    by: 'npm',
    packages: ['jest@30', '@types/jest@30', 'ts-jest@29', 'typescript@5.9'],
    purpose: "Runs a consumer's tests with jest in its default settings, in ESM mode and with ts-jest.",
  },
  vitest: { by: 'npm', packages: ['vitest@4'], purpose: "Runs a consumer's tests with vitest." },
  nodes: {
    by: 'npm',
    packages: ['node-20@npm:node@20', 'node-22@npm:node@22'],
    purpose: 'The older Nodes of the kit.',
  },
  attw: {
    by: 'npm',
    packages: ['@arethetypeswrong/cli@0.18', 'esbuild@0.25'],
    purpose: 'Checks the published types for every moduleResolution; measures the bundle.',
  },
  'check-jsonschema': {
    by: 'pip',
    packages: ['check-jsonschema'],
    purpose: 'Checks the schemas, and golden events against them.',
  },
  'datamodel-code-generator': {
    by: 'pip',
    packages: ['datamodel-code-generator', 'pydantic'],
    purpose: 'Makes Python classes of the schemas, which read every golden event.',
  },
  'json-schema-to-typescript': {
    by: 'npm',
    packages: ['json-schema-to-typescript'],
    purpose: 'Makes TypeScript of the schemas, against which every golden event is type-checked.',
  },
  quicktype: {
    by: 'npm',
    packages: ['quicktype'],
    purpose: 'Makes Go, Java, Kotlin, C# and Rust of the schemas.',
  },
  'openapi-python-client': {
    by: 'pip',
    packages: ['openapi-python-client', 'ruff'],
    purpose: 'Generates a Python client of the OpenAPI document.',
  },
  // oapi-codegen does not read OpenAPI 3.1.
  'openapi-generator': {
    by: 'maven',
    artifacts: ['org.openapitools:openapi-generator-cli:7.17.0'],
    purpose: 'Generates a Go client of the OpenAPI document.',
  },
};

export const FOREIGN_FOLDER = join(import.meta.dirname, '..', '..', '.cache', 'foreign');

/** Written last: a folder without it is an installation that did not finish. It holds what was asked for. */
export const STAMP = '.installed';

export function installedPath(name: string): string | undefined {
  const tool = TOOLS[name];
  if (tool === undefined) {
    throw new Error(`No foreign tool is named "${name}". Known: ${Object.keys(TOOLS).join(', ')}.`);
  }
  const folder = join(FOREIGN_FOLDER, name);
  const stamp = join(folder, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(tool) ? folder : undefined;
}

export function stampOf(tool: ForeignTool): string {
  return JSON.stringify(tool.by === 'maven' ? tool.artifacts : tool.packages);
}
