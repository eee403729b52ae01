export { Vpgate, VpgateError } from "./client.js";
export { verifyReceipt, ReceiptError } from "./receipt.js";
export { verifyWebhook, WebhookError } from "./webhook.js";
