import type { Clock } from "../clock.ts";
import type { Randomness } from "./randomness.ts";
import { impliedRoles, type Caller, type Project, type User } from "./state.ts";

/** What a token stands for. */
export interface Token extends Caller {
  readonly text: string;
  readonly methods: readonly string[];
  readonly auditIds: readonly string[];
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What is asked of a token that another one was exchanged for. */
export interface TokenRequest {
  readonly user: User;
  readonly project: Project | undefined;
  readonly methods: readonly string[];
  /** The token this one is exchanged for: it passes on its end and its audit chain. */
  readonly parent?: Token;
}

// Expired tokens are remembered this long, so that they can be told apart from invented ones.
const remembered = 60 * 60 * 1000;

/** The tokens issued so far. A token is random, expires, and can be revoked; nothing is derived from its text. */
export class Tokens {
  readonly #byText = new Map<string, Token>();
  readonly #clock: Clock;
  readonly #randomness: Randomness;
  readonly #lifetimeMs: number;

  constructor(lifetimeMs: number, clock: Clock, randomness: Randomness) {
    this.#lifetimeMs = lifetimeMs;
    this.#clock = clock;
    this.#randomness = randomness;
  }

  issue(request: TokenRequest): Token {
    const issuedAt = this.#clock.now();
    for (const [text, old] of this.#byText) {
      if (old.expiresAt + remembered < issuedAt) this.#byText.delete(text);
    }
    const role = request.project === undefined ? undefined : request.user.roles.get(request.project.id);
    const token: Token = {
      text: this.#random(96),
      user: request.user,
      project: request.project,
      roles: role === undefined ? [] : impliedRoles[role],
      methods: [...new Set([...(request.parent?.methods ?? []), ...request.methods])],
      auditIds: [this.#random(16), ...(request.parent?.auditIds.slice(-1) ?? [])],
      issuedAt,
      expiresAt: request.parent?.expiresAt ?? issuedAt + this.#lifetimeMs,
    };
    this.#byText.set(token.text, token);
    return token;
  }

  /** The token with this text while it is good. */
  find(text: string | undefined): Token | undefined {
    const token = text === undefined ? undefined : this.#byText.get(text);
    return token !== undefined && this.#clock.now() < token.expiresAt ? token : undefined;
  }

  /** Was good once, and its time has run out. */
  isExpired(text: string): boolean {
    return this.#byText.has(text) && this.find(text) === undefined;
  }

  revoke(token: Token): void {
    this.#byText.delete(token.text);
  }

  #random(bytes: number): string {
    return Buffer.from(this.#randomness(bytes)).toString("base64url");
  }
}
