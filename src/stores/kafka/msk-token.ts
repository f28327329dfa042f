/** Amazon MSK accepts IAM in place of a password: a signed URL, sent as an OAUTHBEARER token and valid for 15 minutes. */
import { HubcastError, isHubcastError, messageOf } from '../../core/errors.ts';
import { createSingleFlight } from '../../core/single-flight.ts';

/** A token with less time left than this is renewed, so that no connection starts with a token that is about to expire. */
const SPARE_MS = 3 * 60_000;

/**
 * Finds credentials like every AWS tool: environment, profile, container, instance. The AWS packages load when
 * the first token is requested.
 *
 * @param now wall clock, ms
 */
export function createMskTokenProvider(region: string, now: () => number): () => Promise<string> {
  let known: { readonly token: string; readonly expiryTime: number } | undefined;
  const signing = createSingleFlight<string>();

  async function sign(): Promise<string> {
    try {
      const { generateAuthToken } = await loadSigner();
      known = await generateAuthToken({ region });
      return known.token;
    } catch (error) {
      if (isHubcastError(error)) throw error;
      throw new HubcastError(
        'store_unavailable',
        `No token for MSK could be signed (region ${region}): ${messageOf(error)}. Give the process AWS credentials: a role of its pod or instance, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
        { cause: error },
      );
    }
  }

  return () => {
    if (known !== undefined && now() < known.expiryTime - SPARE_MS) return Promise.resolve(known.token);
    return signing.run(sign);
  };
}

/** An optional peer dependency of 72 AWS packages, which only users of MSK install. */
async function loadSigner(): Promise<typeof import('aws-msk-iam-sasl-signer-js')> {
  try {
    return await import('aws-msk-iam-sasl-signer-js');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new HubcastError(
      'store_unavailable',
      'KAFKA_SASL_MECHANISM=AWS_MSK_IAM needs the package aws-msk-iam-sasl-signer-js, which is not installed. Install it beside hubcast (npm install aws-msk-iam-sasl-signer-js), or build the image with --build-arg MSK=on.',
      { cause: error },
    );
  }
}
