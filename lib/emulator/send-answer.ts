import type { ServerResponse } from "node:http";
import type { Answer } from "./answer.ts";

/** Sends an answer in full. */
export function send(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer);
  response.end(answer.status === 204 || answer.status === 304 ? undefined : answer.body);
}

/** Promises the whole body, sends the first `bytes` of it, and ends the connection. */
export function sendPart(response: ServerResponse, answer: Answer, bytes: number): void {
  writeHead(response, answer);
  response.flushHeaders();
  const part = Buffer.from(answer.body, "utf8").subarray(0, bytes);
  response.write(part, () => response.socket?.end());
}

function writeHead(response: ServerResponse, answer: Answer): void {
  for (const [name, value] of Object.entries(answer.headers)) {
    response.setHeader(name, typeof value === "string" ? value : [...value]);
  }
  response.statusCode = answer.status;
  if (answer.status !== 204 && answer.status !== 304) {
    response.setHeader("Content-Length", Buffer.byteLength(answer.body, "utf8"));
  }
}
