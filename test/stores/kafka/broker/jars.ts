// Brings Apache Kafka's jars from Maven Central into the checkout's .cache/, where they stay between runs.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeClassArchive } from './class-archive.ts';
import { POM, POM_FILE } from './kafka-version.ts';

const run = promisify(execFile);
const OLDEST_JAVA = 17;
const DOWNLOAD_TIMEOUT_MS = 280_000;

const cache = join(import.meta.dirname, '..', '..', '..', '..', '.cache', 'kafka');
// A changed pom gets a folder of its own, so that stale jars never mix with new ones.
const libs = join(cache, `libs-${createHash('sha256').update(POM).digest('hex').slice(0, 12)}`);

// The serial collector and the first compiler alone start in about half the time and memory. The JVM's own log is off:
// it would stand in front of a program's output.
const OPTIONS = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-Xlog:disable',
  '-cp',
  join(libs, '*'),
];
const ARCHIVE = `${libs}.jsa`;

/** What `java` takes in front of a class of the jars. */
export const JAVA_OPTIONS = [`-XX:SharedArchiveFile=${ARCHIVE}`, ...OPTIONS];

/** The `java` to run: JAVA_HOME's, else the one on the PATH. */
export function javaCommand(): string {
  const home = process.env.JAVA_HOME;
  return home ? join(home, 'bin', 'java') : 'java';
}

/** Why the jars cannot be run on this machine, or null when they can. Downloads nothing. */
export async function whyNoJars(): Promise<string | null> {
  const major = await javaMajor();
  if (major === null) return `there is no Java (Java ${OLDEST_JAVA} or newer is needed)`;
  if (major < OLDEST_JAVA) return `Java is ${major} (${OLDEST_JAVA} or newer is needed)`;
  if (existsSync(libs)) return null;
  const maven = await run('mvn', ['-v']).then(
    () => true,
    () => false,
  );
  return maven ? null : 'there is no Maven (mvn) to fetch the jars with';
}

async function javaMajor(): Promise<number | null> {
  try {
    const { stderr, stdout } = await run(javaCommand(), ['-version']);
    const version = /version "(?:1\.)?(\d+)/.exec(stderr + stdout)?.[1];
    return version === undefined ? null : Number(version);
  } catch {
    return null;
  }
}

let fetching: Promise<void> | undefined;

/** Resolves when the jars are there; fetches them the first time. */
export function ensureJars(): Promise<void> {
  fetching ??= fetchJars().then(() => makeClassArchive(javaCommand(), OPTIONS, ARCHIVE));
  return fetching;
}

async function fetchJars(): Promise<void> {
  if (existsSync(libs)) return;
  await mkdir(cache, { recursive: true });
  // Fetched aside and renamed when complete: an interrupted download is never taken for the jars.
  const incoming = `${libs}.${process.pid}`;
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  try {
    await run('mvn', ['-q', '-B', '-f', POM_FILE, goal, `-DoutputDirectory=${incoming}`, '-DincludeScope=runtime'], {
      timeout: DOWNLOAD_TIMEOUT_MS,
    });
    await rename(incoming, libs).catch((error: unknown) => {
      if (!existsSync(libs)) throw error;
    });
  } catch (error) {
    const said = error as { stdout?: string; message: string };
    throw new Error(
      `Maven did not fetch Kafka's jars: ${said.stdout?.slice(-2000) || said.message}\nCheck that Maven reaches Maven Central (settings.xml), or set KAFKA_BROKERS.`,
    );
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}
