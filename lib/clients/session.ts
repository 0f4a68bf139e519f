import { findEndpoint, type Catalog } from "../auth/catalog.ts";
import type { AuthContext, Authorizer } from "../auth/authorizer.ts";
import { sendAuthorized } from "../auth/send-authorized.ts";
import { UsageError } from "../errors.ts";
import type { HttpRequest, HttpResponse } from "../http/message.ts";
import { Pace } from "../http/pace.ts";
import { secretsOf } from "../http/redact.ts";
import { isTransientStatus, sendWithRetry } from "../http/retry.ts";
import { apiError, isOverloaded, isThrottledSuccess, isUnrecognised } from "./api-error.ts";
import { endpointBase, endpointUrl, type EndpointBase } from "./endpoint.ts";
import { operationPath, type Operation, type Service } from "./operations.ts";

/** Base URLs by service; one that is left out is looked up in the catalog of the login. */
export type Endpoints = Readonly<Partial<Record<Service, string | undefined>>>;

/** How one project of one cloud is reached. */
export interface SessionOptions {
  readonly authorizer: Authorizer;
  readonly context: AuthContext;
  readonly endpoints: Endpoints;
  readonly projectId?: string | undefined;
  readonly region?: string | undefined;
  /** Catalog interface; default `public`. */
  readonly interface?: string | undefined;
}

/** What one call needs besides the operation. */
export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/** The answer to a call that succeeded. */
export interface CallAnswer extends HttpResponse {
  readonly host: string;
}

// Old clouds list Nova 2.1 under a type of its own.
const catalogTypes: Readonly<Record<Service, readonly string[]>> = {
  ecs: ["ecs"],
  compute: ["compute", "computev21"],
  bms: ["bms"],
};

/** Calls operations: finds the address, proves who we are, retries, and turns failures into errors. */
export class Session {
  readonly #options: SessionOptions;
  readonly #paces = new Map<Operation, Pace>();

  /** Throws `UsageError` and `RefusedError` for an endpoint of no use, before even a login is sent. */
  constructor(options: SessionOptions) {
    const { endpoints, context } = options;
    for (const endpoint of Object.values(endpoints)) {
      if (endpoint !== undefined) context.transport.check(endpointUrl(endpoint));
    }
    this.#options = options;
  }

  /** Throws what `apiError` makes of a failure, `AuthError` when no login is possible, and the errors of the transport. */
  async call(
    operation: Operation,
    parameters: Readonly<Record<string, string>>,
    options: CallOptions = {},
  ): Promise<CallAnswer> {
    const { authorizer } = this.#options;
    const context =
      options.signal === undefined
        ? this.#options.context
        : { ...this.#options.context, signal: options.signal };
    const url = new URL(`${await this.#base(operation, context)}/${operationPath(operation, parameters)}`);
    for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value);
    const plain: HttpRequest = {
      method: operation.method,
      url,
      headers: options.body === undefined ? {} : { "Content-Type": "application/json" },
      ...(options.body === undefined ? {} : { body: options.body }),
    };
    const { request, response } = await sendAuthorized(plain, authorizer, context, {
      send: async (signed) => this.#send(operation, signed, context),
      isUnrecognised,
    });
    const succeeded = response.status >= 200 && response.status < 300 && !isThrottledSuccess(response);
    if (!succeeded) throw apiError(operation, response, url.host, secretsOf(request));
    return { ...response, host: url.host };
  }

  async #send(operation: Operation, request: HttpRequest, context: AuthContext): Promise<HttpResponse> {
    const pace = this.#pace(operation, context);
    return sendWithRetry(
      request,
      pace === undefined ? context : { ...context, admit: async (signal) => pace.admit(signal) },
      (response) =>
        isTransientStatus(response.status) || isThrottledSuccess(response) || isOverloaded(response),
    );
  }

  /** Every operation has a limit of its own, which retries count against too. */
  #pace(operation: Operation, { clock }: AuthContext): Pace | undefined {
    if (operation.perMinute === undefined) return undefined;
    const pace = this.#paces.get(operation) ?? new Pace(operation.perMinute, clock);
    this.#paces.set(operation, pace);
    return pace;
  }

  async #base(operation: Operation, context: AuthContext): Promise<string> {
    const { endpoints, projectId, authorizer } = this.#options;
    const endpoint = endpoints[operation.service];
    if (endpoint !== undefined) {
      const project = projectId ?? (await this.#projectIfNeeded(endpoint, operation, context));
      return endpointBase({ url: endpoint, fromCatalog: false }, operation.version, project);
    }
    const scope = await authorizer.scope(context);
    const base = this.#fromCatalog(scope.catalog, operation);
    return endpointBase(base, operation.version, projectId ?? scope.projectId);
  }

  /** A login is not made only to learn a project id that the endpoint already holds. */
  async #projectIfNeeded(
    endpoint: string,
    operation: Operation,
    context: AuthContext,
  ): Promise<string | undefined> {
    try {
      const without = endpointBase({ url: endpoint, fromCatalog: false }, operation.version, undefined);
      if (/\/v[\d.]+\/[^/]+$/.test(without)) return undefined;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
    return (await this.#options.authorizer.scope(context)).projectId;
  }

  #fromCatalog(catalog: Catalog | undefined, operation: Operation): EndpointBase {
    const { region } = this.#options;
    if (catalog === undefined)
      throw new UsageError("no endpoint is given, and the credential brings no catalog to find one in");
    const query = { region, interface: this.#options.interface };
    const url = findEndpoint(catalog, { ...query, types: catalogTypes[operation.service] });
    if (url !== undefined) return { url, fromCatalog: true };
    const where = region === undefined ? "" : ` in region ${region}`;
    throw new UsageError(`the catalog lists no ${operation.service} service${where}`);
  }
}
