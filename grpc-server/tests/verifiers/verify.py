"""verify.py <deliveries> <key>: every delivery verifies, and none that was changed does."""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

verifier, verified = Webhook(sys.argv[2]), 0
for line in open(sys.argv[1], encoding="utf-8"):
    one = json.loads(line)
    verifier.verify(one["body"], one["headers"])
    for body, headers in [
        (one["body"] + " ", one["headers"]),
        (one["body"], {**one["headers"], "webhook-id": "wh_another"}),
    ]:
        try:
            verifier.verify(body, headers)
        except WebhookVerificationError:
            continue
        sys.exit(f"a changed delivery verifies: {body}")
    verified += 1
print(f"python: {verified} verified")
