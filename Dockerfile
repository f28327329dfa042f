# hubcast as a container: Node, the compiled program and its locked production packages; no npm, no shell scripts of ours.
#   docker build -t hubcast --build-arg REVISION=$(git rev-parse HEAD) .
# Here the bases are tags, which a machine without a registry can have under these names. A release takes the digests of .github/base-images:
#   docker build -t hubcast $(sed -n 's/^[A-Z]/--build-arg &/p' .github/base-images) .
# For Amazon MSK with IAM: --build-arg MSK=on adds the signer and the packages of AWS it needs.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim

FROM ${NODE_IMAGE} AS production-packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# npm ci is strict about the lock file, and refuses ours as a whole: it lacks development packages of other platforms.
# Without the development packages it has everything, and nothing but what it names is installed.
RUN npm pkg delete devDependencies \
  && npm ci --omit=dev --ignore-scripts --no-audit --no-fund
ARG MSK=off
RUN if [ "$MSK" = on ]; then npm install --no-save --omit=dev --ignore-scripts --no-audit --no-fund \
  "aws-msk-iam-sasl-signer-js@$(npm pkg get peerDependencies.aws-msk-iam-sasl-signer-js | tr -d '"')"; fi
# What is inside, in CycloneDX, without the lines that differ between two builds of the same.
RUN npm sbom --omit=dev --sbom-format=cyclonedx > sbom.json \
  && sed -e '/"serialNumber":/d' -e '/"timestamp":/d' sbom.json > sbom.cdx.json

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm install --no-save --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json \
  && node node_modules/typescript/bin/tsc -p src/console/client \
  && find dist -name '*.d.ts' -delete \
  && mkdir data

# The plain base with Node copied in, not the Node image with npm deleted: what was never there needs no updates.
FROM ${BASE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="hubcast" \
  org.opencontainers.image.description="Turns Meta's WhatsApp Business webhooks into typed, durable events" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=production-packages /app/node_modules ./node_modules
COPY --from=production-packages /app/sbom.cdx.json ./
COPY package.json LICENSE CHANGELOG.md ./
COPY schemas ./schemas
COPY bin ./bin
COPY --from=build /app/dist ./dist
# A volume takes its owner from the folder it covers.
COPY --from=build --chown=10001:10001 /app/data /data
ENV NODE_ENV=production DATA_DIR=/data
# Memory under load, measured: 320 to 380 MB without these, 200 to 220 MB with them. A smaller young generation (Node's grows to 100 MB);
# freed memory goes back to the system, and threads share arenas. The benchmark runs the service with these lines.
ENV NODE_OPTIONS=--max-semi-space-size=16
ENV MALLOC_TRIM_THRESHOLD_=131072
ENV MALLOC_ARENA_MAX=2
VOLUME ["/data"]
USER 10001:10001
EXPOSE 8080 8081
# Alive, not ready: restarting hubcast mends no broker.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "--disable-sigusr1", "-e", "const { INTERNAL_HOST: host = '', INTERNAL_PORT: port = '8081' } = process.env; fetch(`http://${/^(0\\.0\\.0\\.0|::)?$/.test(host) ? 'localhost' : host}:${port}/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1));"]
# SIGUSR1 would open Node's inspector to every program on the machine that may send signals.
ENTRYPOINT ["node", "--disable-sigusr1", "/app/bin/hubcast.js"]
CMD ["serve"]
