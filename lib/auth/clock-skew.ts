import * as v from "valibot";
import { jsonBody, type HttpRequest, type HttpResponse } from "../http/message.ts";

const gatewayFault = v.object({ error_code: v.string() });

/** Services refuse a signature that is 15 minutes off; a third of it is no accident of a slow network. */
const suspiciousMs = 5 * 60_000;

/**
 * How far the service's clock is ahead of the time that a refused request was signed with, in milliseconds.
 *
 * Undefined when time was not what the refusal is about: the gateway does not say so (`APIGW.0303`) and its Date header is
 * near the request's `X-Sdk-Date`, or one of them cannot be read.
 */
export function clockSkew(response: HttpResponse, request: HttpRequest): number | undefined {
  const theirs = Date.parse(response.headers["date"] ?? "");
  const signed = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(request.headers["X-Sdk-Date"] ?? "");
  const [, year, month, day, hour, minute, second] = signed ?? [];
  const ours = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const skew = theirs - ours;
  if (Number.isNaN(skew)) return undefined;
  return Math.abs(skew) > suspiciousMs || saysSo(response) ? skew : undefined;
}

function saysSo(response: HttpResponse): boolean {
  const fault = v.safeParse(gatewayFault, jsonBody(response));
  return fault.success && /^APIGW?\.0303$/.test(fault.output.error_code);
}
