import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const POM_FILE = join(import.meta.dirname, 'pom.xml');
export const POM = readFileSync(POM_FILE, 'utf8');

/** The Apache Kafka release that the tests run, as the pom says it; jars and image are the same release. */
export const KAFKA_VERSION = /<kafka\.version>([^<]+)</.exec(POM)?.[1] ?? 'unknown';
