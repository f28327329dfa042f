// Reads records.jsonl by the CloudEvents SDK of JavaScript, whose folder is the argument.
const { readFileSync } = require('node:fs');
const { Kafka } = require(process.argv[2]);

for (const line of readFileSync('records.jsonl', 'utf8').split('\n').filter(Boolean)) {
  const { headers, value } = JSON.parse(line);
  const event = Kafka.toEvent({ headers, value, body: value });
  if (!event.validate()) throw new Error(`${event.id} is not valid`);
  console.log([event.id, event.type, event.source, event.subject ?? ''].join('\t'));
}
