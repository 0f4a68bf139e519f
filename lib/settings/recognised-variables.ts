/** An environment variable that decides which cloud is asked, as whom, or what is done with the answer. */
export interface RecognisedVariable {
  readonly name: string;
  /** Its value is a secret: shown only as set or unset. */
  readonly secret: boolean;
}

const open = (...names: string[]): RecognisedVariable[] => names.map((name) => ({ name, secret: false }));
const secret = (...names: string[]): RecognisedVariable[] => names.map((name) => ({ name, secret: true }));

/**
 * Every environment variable that is read for credentials and settings, one row each; proxy variables are not among them.
 *
 * Sources: the environment tables of openstacksdk, of the Huawei Cloud SDK and of the Huawei Cloud Terraform provider.
 */
export const recognisedVariables: readonly RecognisedVariable[] = [
  // OpenStack
  ...open("OS_AUTH_URL", "OS_AUTH_TYPE", "OS_IDENTITY_API_VERSION", "OS_COMPUTE_API_VERSION"),
  ...open("OS_USERNAME", "OS_USER_ID", "OS_USER_DOMAIN_NAME", "OS_USER_DOMAIN_ID"),
  ...secret("OS_PASSWORD", "OS_PASSCODE", "OS_TOKEN"),
  ...open("OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_NAME"),
  ...secret("OS_APPLICATION_CREDENTIAL_SECRET"),
  ...open("OS_PROJECT_NAME", "OS_PROJECT_ID", "OS_PROJECT_DOMAIN_NAME", "OS_PROJECT_DOMAIN_ID"),
  ...open("OS_TENANT_NAME", "OS_TENANT_ID", "OS_DOMAIN_NAME", "OS_DOMAIN_ID"),
  ...open("OS_REGION_NAME", "OS_INTERFACE", "OS_ENDPOINT_TYPE"),
  ...open("OS_CLOUD", "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"),
  ...open("OS_CACERT", "OS_CERT", "OS_KEY", "OS_INSECURE"),
  ...open("OS_ACCESS_KEY", "OS_ACCESS_KEY_ID"),
  ...secret("OS_SECRET_KEY", "OS_SECURITY_TOKEN"),
  // Huawei Cloud SDK
  ...open("HUAWEICLOUD_SDK_TYPE", "HUAWEICLOUD_SDK_AK"),
  ...secret("HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"),
  ...open("HUAWEICLOUD_SDK_PROJECT_ID", "HUAWEICLOUD_SDK_DOMAIN_ID"),
  ...open("HUAWEICLOUD_SDK_IAM_ENDPOINT", "HUAWEICLOUD_SDK_STS_ENDPOINT"),
  ...open("HUAWEICLOUD_SDK_IDP_ID", "HUAWEICLOUD_SDK_ID_TOKEN_FILE"),
  ...open("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "HUAWEICLOUD_SDK_REGIONS_FILE"),
  // Huawei Cloud Terraform provider
  ...open("HW_ACCESS_KEY"),
  ...secret("HW_SECRET_KEY", "HW_SECURITY_TOKEN"),
  ...open("HW_AUTH_URL", "HW_CLOUD", "HW_REGION_NAME", "HW_INSECURE", "HW_MAX_RETRIES"),
  ...open("HW_PROJECT_ID", "HW_PROJECT_NAME", "HW_ENTERPRISE_PROJECT_ID"),
  ...open("HW_DOMAIN_ID", "HW_DOMAIN_NAME", "HW_USER_NAME"),
  ...secret("HW_USER_PASSWORD", "HW_AUTH_TOKEN"),
  ...open("HW_SHARED_CONFIG_FILE", "HW_PROFILE"),
  ...open("HW_ASSUME_ROLE_AGENCY_NAME", "HW_ASSUME_ROLE_DOMAIN_NAME", "HW_ASSUME_ROLE_DOMAIN_ID"),
  ...open("HW_ASSUME_ROLE_DURATION"),
  // our own
  ...open("WINPW_KEY_FILE", "WINPW_EVIDENCE", "WINPW_LOOPBACK_ONLY"),
  ...secret("WINPW_PASSPHRASE"),
];
