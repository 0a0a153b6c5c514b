# syntax=docker/dockerfile:1
# Two stages: the first has compiler and tests, the second only what runs, as a user who owns nothing but /data.
FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:26-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATABASE_URL=sqlite:/data/latchkey.db
COPY package.json package-lock.json ./
# Node comes with the image; the one that npm would bring along stays out.
RUN npm ci --omit=dev --omit=optional
COPY bin bin
COPY migrations migrations
COPY --from=build /app/dist dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "bin/latchkey.mjs"]
CMD ["serve"]
