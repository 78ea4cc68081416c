# Builds the web app and the static binary, and puts the binary alone on an empty base.
FROM node:20-bookworm AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web ./
COPY api /src/api
RUN npm run build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/web/dist ./web/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /yiwang ./cmd/yiwang && mkdir -p /data

FROM scratch
COPY --from=build /yiwang /yiwang
COPY --from=build --chown=65534:65534 /data /data
USER 65534:65534
VOLUME /data
EXPOSE 8080
ENV YIWANG_DATA=/data YIWANG_ADDR=0.0.0.0:8080
ENTRYPOINT ["/yiwang"]
CMD ["serve"]
