import { exitCodes } from "../exit-codes.ts";
import { keyFile, seedFile } from "./scene.ts";

/** One command of the demo: what a user would type after `winpw`, why, and how it must end. */
export interface DemoStep {
  readonly about: string;
  readonly argv: readonly string[];
  readonly exit: number;
}

/** The command that serves the emulated cloud while the steps run. */
export const emulatorCommandLine: readonly string[] = ["emulator", "--seed", seedFile];

/** The way of a password, from "not there yet" to "gone from the cloud". */
export const demoSteps: readonly DemoStep[] = [
  {
    about: "web-1 is booting: there is no password yet.",
    argv: ["get", "web-1", "--key", keyFile],
    exit: exitCodes.NOT_READY,
  },
  {
    about: "Wait for it, write it to a file, keep the ciphertext, and only then clear it in the cloud.",
    argv: [
      "get",
      "web-1",
      "--key",
      keyFile,
      "--wait",
      "--out",
      "web-1.password",
      "--keep-bundle",
      "web-1.bundle",
      "--clear",
    ],
    exit: exitCodes.OK,
  },
  {
    about: "It is gone from the cloud.",
    argv: ["get", "web-1", "--key", keyFile],
    exit: exitCodes.NOT_READY,
  },
  {
    about: "The kept ciphertext brings it back, offline.",
    argv: ["decrypt", "web-1.bundle", "--key", keyFile],
    exit: exitCodes.OK,
  },
  {
    about: "Clear the other server's without reading it, and see that doing it twice does no harm.",
    argv: ["clear", "db-1", "--yes"],
    exit: exitCodes.OK,
  },
  { about: "", argv: ["clear", "db-1", "--yes"], exit: exitCodes.OK },
];
