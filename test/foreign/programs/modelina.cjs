// Prints the names of the models that Modelina makes of a schema. Arguments: its node_modules, the schema.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const { TypeScriptGenerator } = require(join(process.argv[2], '@asyncapi', 'modelina'));

async function main() {
  const models = await new TypeScriptGenerator().generate(JSON.parse(readFileSync(process.argv[3], 'utf8')));
  for (const { modelName } of models) console.log(modelName);
}
void main();
