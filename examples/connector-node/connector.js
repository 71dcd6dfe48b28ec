// A trueup connector in JavaScript: who may use what, from a CSV file with the
// columns user, publisher, name. It speaks the protocol of
// docs/connector-protocol.md and nothing else of trueup.
const fs = require("fs");
const path = require("path");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");
const protobuf = require("protobufjs");
const selfsigned = require("selfsigned");
const proto = require("../../connectors/internal/wire/connector.proto");

const VERSION = 1;
const USER = 2, SEAT = 4;
const CONFIG = 1, DATA = 6, CURSOR = 7;
const LINES = 100; // in a batch

if (process.env.TRUEUP_CONNECTOR !== "b0e9c37c1d0a4a53") {
  console.error("trueup-connector-node: seats from a CSV file. A trueup host starts it; it does nothing by itself.");
  process.exit(1);
}
// Standard output is for the handshake alone.
console.log = console.info = console.error;
process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0)).resume();
process.on("SIGINT", () => {});

const instances = new Map();

function describe(_, reply) {
  reply(null, {
    name: "node", version: "1.0.0", summary: "reads who may use what from a CSV file",
    capabilities: ["CAPABILITY_COLLECT", "CAPABILITY_INCREMENTAL", "CAPABILITY_CHECK"],
    kinds: [USER, SEAT], isolation: "ISOLATION_SHARED",
    settings: [{ name: "file", doc: "CSV file with user, publisher, name", required: true }],
  });
}

function configure(call, reply) {
  const { instance_id: id, settings, secrets } = call.request;
  const failures = [...Object.keys(settings), ...Object.keys(secrets)].filter((name) => name !== "file")
    .map((name) => ({ kind: CONFIG, message: `setting "${name}" is not one of connector node` }));
  if (settings.file === undefined) failures.push({ kind: CONFIG, message: `setting "file" is required` });
  if (failures.length === 0) instances.set(id, settings);
  reply(null, { failures });
}

function configured(id) {
  const settings = instances.get(id);
  if (!settings) throw Object.assign(new Error(`instance "${id}" was not configured`), { kind: CONFIG });
  return settings;
}

const failure = (err) => ({ kind: err.kind || DATA, message: err.message });

function check(call, reply) {
  try {
    fs.accessSync(configured(call.request.instance_id).file, fs.constants.R_OK);
    reply(null, {});
  } catch (err) {
    reply(null, { failures: [failure(err)] });
  }
}

function release(call, reply) {
  instances.delete(call.request.instance_id);
  reply(null, {});
}

function collect(call) {
  let started = false;
  call.on("error", () => {}); // the host cancelled
  call.on("data", (message) => {
    if (started || !message.start) return; // an acknowledgement
    started = true;
    read(call, message.start).catch((err) => call.write({ failure: failure(err) })).finally(() => call.end());
  });
}

async function read(call, start) {
  const { file } = configured(start.instance_id);
  const wanted = (kind) => start.kinds.length === 0 || start.kinds.includes(kind);
  const send = (message) => new Promise((sent) => (call.cancelled || call.write(message) ? sent() : call.once("drain", sent).once("cancelled", sent)));
  const lines = fs.readFileSync(file, "utf8").split("\n").slice(1).filter((line) => line.trim() !== "");
  const seen = new Set();
  const step = Math.min(LINES, Number(start.limits?.batch_rows) || LINES);
  const sent = [];
  let sequence = 0;
  const batch = async (kind, rows, columns, cursor) => {
    if (rows.length === 0 || !wanted(kind)) return;
    const count = sent.find((s) => s.kind === kind) || sent[sent.push({ kind, operation: "OPERATION_PUT", rows: 0 }) - 1];
    count.rows += rows.length;
    await send({ batch: { sequence: ++sequence, kind, operation: "OPERATION_PUT", rows: rows.length, ...encode(rows, columns), cursor } });
  };
  for (let at = from(start.cursor, lines.length); at < lines.length && !call.cancelled; at += step) {
    if (at > 0 && seen.size === 0) lines.slice(0, at).forEach((line) => seen.add(line.split(",")[0]));
    const seats = lines.slice(at, at + step).map((line) => line.split(",").map((cell) => cell.trim()));
    const users = [...new Set(seats.map(([user]) => user))].filter((user) => !seen.has(user)).map((user) => [user]);
    users.forEach(([user]) => seen.add(user));
    await batch(USER, users, ["id"], undefined);
    await batch(SEAT, seats, ["user", "publisher", "name"], Buffer.from(`line ${Math.min(at + step, lines.length)}`));
  }
  await send({ complete: { cursor: Buffer.from(`line ${lines.length}`) } });
  await send({ end: { sent } });
}

// from is the line to go on at.
function from(cursor, lines) {
  if (cursor.length === 0) return 0;
  const at = /^line ([0-9]+)$/.exec(cursor.toString());
  if (!at || Number(at[1]) > lines) throw Object.assign(new Error("the cursor is not one of this file's"), { kind: CURSOR });
  return Number(at[1]);
}

// encode makes columns of rows, with one dictionary for all texts.
function encode(rows, names) {
  const index = new Map([["", 0]]);
  const number = (text) => index.get(text) ?? (index.set(text, index.size), index.size - 1);
  const columns = names.map((name, i) => ({ name, texts: rows.map((row) => number(row[i] ?? "")) }));
  return { dictionary: [...index.keys()], columns };
}

const health = `syntax = "proto3"; package grpc.health.v1;
message HealthCheckRequest { string service = 1; }
message HealthCheckResponse { enum Status { UNKNOWN = 0; SERVING = 1; } Status status = 1; }
service Health { rpc Check(HealthCheckRequest) returns (HealthCheckResponse); }`;

function service(text, name) {
  const parsed = protobuf.parse(text, new protobuf.Root(), { keepCase: true }).root.toJSON({ keepComments: false });
  return loader.fromJSON(parsed, { keepCase: true, longs: Number, defaults: true, oneofs: true })[name];
}

async function serve() {
  const server = new grpc.Server();
  server.addService(service(proto.default ?? proto, "trueup.connector.v1.Connector"), { Describe: describe, Configure: configure, Check: check, Collect: collect, Release: release });
  server.addService(service(health, "grpc.health.v1.Health"), { Check: (_, reply) => reply(null, { status: 1 }) });
  const own = await selfsigned.generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec", curve: "P-256", algorithm: "sha256",
    extensions: [{ name: "basicConstraints", cA: true }, { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
  const credentials = grpc.ServerCredentials.createSsl(Buffer.from(process.env.PLUGIN_CLIENT_CERT ?? ""),
    [{ private_key: Buffer.from(own.private), cert_chain: Buffer.from(own.cert) }], true);
  const socket = path.join(process.env.PLUGIN_UNIX_SOCKET_DIR || process.env.TMPDIR || "/tmp", `node${process.pid}`);
  server.bindAsync(`unix:${socket}`, credentials, (err) => {
    if (err) {
      console.error(err.message);
      process.exit(1);
    }
    const der = own.cert.replace(/-----[^-]+-----|\s|=/g, "");
    process.stdout.write(`1|${VERSION}|unix|${socket}|grpc|${der}\n`);
  });
}

serve();
