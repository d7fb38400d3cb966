# What runs on a cluster, a target each: docker build --target gateway --tag votestream/gateway .
# scripts/image-tree.mjs makes the same without a Docker engine; it knows only the instructions that are in here.

# The compiler makes plain JavaScript, the packages have no install scripts, and nothing is native: all that the last
# stages take from here is the same on every platform.
FROM node:24.21.0-slim AS base
WORKDIR /app

# What npm needs to know, and no sources: an edit leaves the installations below as they are.
FROM base AS manifests
COPY package.json package-lock.json .npmrc ./
COPY migrations/package.json migrations/
COPY packages/batcher/package.json packages/batcher/
COPY packages/bus/package.json packages/bus/
COPY packages/errors/package.json packages/errors/
COPY packages/postgres/package.json packages/postgres/
COPY packages/rpc/package.json packages/rpc/
COPY packages/runtime/package.json packages/runtime/
COPY proto/package.json proto/
COPY services/gateway/package.json services/gateway/
COPY services/polls/package.json services/polls/
COPY services/realtime/package.json services/realtime/
COPY services/votes/package.json services/votes/

# What each target needs to run, by itself: no compiler, no test runner, and nothing of the other services.
FROM manifests AS gateway-modules
RUN npm ci --omit=dev --ignore-scripts --workspace services/gateway

FROM manifests AS migrations-modules
RUN npm ci --omit=dev --ignore-scripts --workspace migrations

FROM manifests AS polls-modules
RUN npm ci --omit=dev --ignore-scripts --workspace services/polls

FROM manifests AS realtime-modules
RUN npm ci --omit=dev --ignore-scripts --workspace services/realtime

FROM manifests AS votes-modules
RUN npm ci --omit=dev --ignore-scripts --workspace services/votes

FROM manifests AS compiler
RUN npm ci --include=dev --ignore-scripts --include-workspace-root --workspace services --workspace migrations

FROM compiler AS build
COPY tsconfig.base.json ./
COPY migrations migrations
COPY proto proto
COPY packages packages
COPY services services
RUN node node_modules/typescript/lib/tsc.js -b migrations services/gateway services/polls services/realtime services/votes
# Only what is read at run time stays.
RUN find migrations packages proto services -type f \
  ! -path '*/dist/*.js' ! -name package.json ! -path '*/migrations/*.sql' ! -name '*.proto' -delete \
  && find migrations packages proto services -type d -empty -delete

FROM base AS runtime
ENV NODE_ENV=production
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.vendor="VoteStream" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.created="${CREATED}"
USER 10001:10001

FROM runtime AS gateway
LABEL org.opencontainers.image.title="votestream-gateway" \
  org.opencontainers.image.description="The REST edge of VoteStream, and its page"
COPY --from=gateway-modules /app/node_modules node_modules
COPY --from=build /app/proto proto
COPY --from=build /app/packages packages
COPY --from=build /app/services/gateway services/gateway
# The user's, for `skaffold dev`, which writes a changed file of the page into the running container.
COPY --chown=10001:10001 web/public web/public
EXPOSE 8080 9090
CMD ["node", "services/gateway/dist/main.js"]

FROM runtime AS polls
LABEL org.opencontainers.image.title="votestream-polls" \
  org.opencontainers.image.description="Polls, options and themes of VoteStream, over gRPC"
COPY --from=polls-modules /app/node_modules node_modules
COPY --from=build /app/proto proto
COPY --from=build /app/packages packages
COPY --from=build /app/services/polls services/polls
EXPOSE 50051 9090
CMD ["node", "services/polls/dist/main.js"]

FROM runtime AS votes
LABEL org.opencontainers.image.title="votestream-votes" \
  org.opencontainers.image.description="The log of votes of VoteStream and its counts, over gRPC"
COPY --from=votes-modules /app/node_modules node_modules
COPY --from=build /app/proto proto
COPY --from=build /app/packages packages
COPY --from=build /app/services/votes services/votes
EXPOSE 50051 9090
CMD ["node", "services/votes/dist/main.js"]

FROM runtime AS realtime
LABEL org.opencontainers.image.title="votestream-realtime" \
  org.opencontainers.image.description="The results of VoteStream as they move, over WebSocket"
COPY --from=realtime-modules /app/node_modules node_modules
COPY --from=build /app/proto proto
COPY --from=build /app/packages packages
COPY --from=build /app/services/realtime services/realtime
EXPOSE 8081 9090
CMD ["node", "services/realtime/dist/main.js"]

FROM runtime AS migrations
LABEL org.opencontainers.image.title="votestream-migrations" \
  org.opencontainers.image.description="Makes the database of VoteStream what this version needs, and ends"
COPY --from=migrations-modules /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/services/polls/migrations services/polls/migrations
COPY --from=build /app/services/votes/migrations services/votes/migrations
COPY --from=build /app/migrations migrations
CMD ["node", "migrations/dist/main.js"]
