FROM node:24-bookworm-slim AS base
WORKDIR /app
ENV npm_config_update_notifier=false

FROM base AS build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
# Optional packages stay, since the native parts for this platform are among them; only the Node that they bring goes,
# because the image has one.
RUN npm ci --omit=dev && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM base AS runtime
LABEL org.opencontainers.image.title="Gatehouse" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.description="A GraphQL authentication gateway" \
      org.opencontainers.image.licenses="MIT"
# UV_THREADPOOL_SIZE: password hashing takes as many threads of the pool as there are cores, and signatures, files and
# name lookups need some besides. 16 leaves half of them on a machine of 8 cores.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=4000 \
    DATA_DIR=/data \
    UV_THREADPOOL_SIZE=16 \
    npm_config_cache=/tmp/.npm \
    npm_config_logs_max=0
RUN install --directory --owner=1000 --group=1000 --mode=0700 /data
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules ./node_modules
# What the npm scripts run first.
COPY scripts/check-node.js scripts/ensure-built.js ./scripts/
COPY --from=build /app/dist ./dist
# `docker exec … gatehouse users show ada@example.com`
RUN chmod 755 dist/cli/gatehouse.js && ln -s /app/dist/cli/gatehouse.js /usr/local/bin/gatehouse
# By number, so that Kubernetes can tell that it is not root (runAsNonRoot): the user `node` of the image.
USER 1000:1000
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
