# syntax=docker/dockerfile:1

# The playground and its server:
#
#   docker build --tag centaurus .
#   docker run --rm --publish 127.0.0.1:8080:8080 centaurus
#
# Settings are the environment's (docs/container.md). Browsers give SharedArrayBuffer to pages from localhost and from
# https alone, so anywhere else a proxy that speaks TLS belongs in front.

FROM node:22-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
# Node and npm in their place beside Rust: the build wants both, and Debian's Node is too old for it.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
  && rustup target add wasm32-unknown-unknown
WORKDIR /build
COPY . .
RUN cargo xtask build \
  && node demo/prepare.mjs site/data \
  && cargo build --release --locked --package centaurus-server \
  && cp --recursive demo pkg site/

# No shell and no package manager: the C library, and the user `nonroot`.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/target/release/centaurus-server /usr/local/bin/centaurus-server
COPY --from=build /build/site /srv/centaurus
ENV CENTAURUS_HOST=0.0.0.0 \
  CENTAURUS_PORT=8080 \
  CENTAURUS_ROOT=/srv/centaurus
EXPOSE 8080
# `nonroot`; by its number, so that a host that wants to know sees that it is not root.
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 \
  CMD ["/usr/local/bin/centaurus-server", "--health"]
ENTRYPOINT ["/usr/local/bin/centaurus-server"]
