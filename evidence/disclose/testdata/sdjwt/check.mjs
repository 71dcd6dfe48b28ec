// Opens an SD-JWT with a library that others keep: node check.mjs PUBLIC_KEY_JWK < sd-jwt
// prints the claims that it shows as JSON, and fails if anything does not verify.
import { readFileSync } from 'node:fs';
import { createPublicKey, verify } from 'node:crypto';
import { SDJwtInstance } from '@sd-jwt/core';
import { digest } from '@sd-jwt/crypto-nodejs';

const key = createPublicKey({ key: JSON.parse(process.argv[2]), format: 'jwk' });
const instance = new SDJwtInstance({
  hasher: digest,
  verifier: async (data, signature) => verify(null, Buffer.from(data), key, Buffer.from(signature, 'base64url')),
});
const { payload } = await instance.verify(readFileSync(0, 'utf8'), { currentDate: Number(process.argv[3]) });
console.log(JSON.stringify(payload));
