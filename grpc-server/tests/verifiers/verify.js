// verify.js <deliveries> <key>: every delivery verifies, and none that was changed does.
import { readFileSync } from "node:fs";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

const [file, key] = process.argv.slice(2);
const verifier = new Webhook(key);
let verified = 0;
for (const line of readFileSync(file, "utf8").trim().split("\n")) {
  const { headers, body } = JSON.parse(line);
  verifier.verify(body, headers);
  for (const [text, under] of [[`${body} `, headers], [body, { ...headers, "webhook-id": "wh_another" }]]) {
    try {
      verifier.verify(text, under);
    } catch (error) {
      if (error instanceof WebhookVerificationError) continue;
      throw error;
    }
    throw new Error(`a changed delivery verifies: ${text}`);
  }
  verified += 1;
}
console.log(`javascript: ${verified} verified`);
