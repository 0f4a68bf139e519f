/** Where a recipe works and with what. */
export interface Kitchen {
  readonly work: string;
  readonly run: (program: string, options: readonly string[], input?: string) => Buffer;
  readonly passphrase: string;
}

/** How to make one container. */
export interface Recipe {
  readonly file: string;
  readonly container: string;
  readonly encrypted: boolean;
  readonly tool: "openssl" | "ssh-keygen" | "puttygen" | "node";
  readonly make: (kitchen: Kitchen) => Buffer | string;
}

export declare const recipes: readonly Recipe[];
