/** The methods this package uses. */
export type HttpMethod = "GET" | "POST" | "PUT" | "DELETE";

/** One request, complete: what is authorized is exactly what is sent. */
export interface HttpRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  /** Header names in the spelling they are sent with. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** One answer, read to its end. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; of a repeated header the first value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

// Huawei's gateway and ECS, Nova (its own id before the one that spans services), IAM.
const requestIdHeaders = ["x-request-id", "x-compute-request-id", "x-openstack-request-id", "x-iam-trace-id"];
const requestIdForm = /^[\w.:-]{1,128}$/;

/** The service's id of a request, from the header that its family uses; undefined when there is none. */
export function requestIdOf(response: HttpResponse): string | undefined {
  for (const name of requestIdHeaders) {
    const value = response.headers[name];
    if (value !== undefined && requestIdForm.test(value)) return value;
  }
  return undefined;
}

/** The body as JSON; undefined when it is empty, not UTF-8 or not JSON (proxies answer HTML). */
export function jsonBody(response: HttpResponse): unknown {
  if (response.body.byteLength === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(response.body));
  } catch {
    return undefined;
  }
}
