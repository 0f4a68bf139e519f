import { recognisedVariables } from "../settings/recognised-variables.ts";
import type { State } from "./state.ts";

/**
 * The environment that points winpw and other OpenStack clients at the emulator, as its first user.
 *
 * Every other variable that names a cloud or a credential is set to the empty string, so that nothing of a real cloud shines
 * through, and WINPW_LOOPBACK_ONLY=1 refuses every other host. Proxy variables are left alone.
 */
export function environmentFor(url: string, state: State): Record<string, string> {
  const env: Record<string, string> = Object.fromEntries(recognisedVariables.map(({ name }) => [name, ""]));
  const [user] = state.users;
  const project = state.projects.find((one) => user?.roles.has(one.id) === true);
  return {
    ...env,
    OS_AUTH_URL: `${url}/v3`,
    OS_AUTH_TYPE: "password", // python-novaclient takes an empty one for "none"
    OS_USERNAME: user?.name ?? "",
    OS_PASSWORD: user?.password ?? "",
    OS_PROJECT_NAME: project?.name ?? "",
    OS_USER_DOMAIN_NAME: user?.domain.name ?? "",
    OS_PROJECT_DOMAIN_NAME: project?.domain.name ?? "",
    OS_REGION_NAME: state.region,
    OS_IDENTITY_API_VERSION: "3",
    WINPW_LOOPBACK_ONLY: "1",
  };
}
