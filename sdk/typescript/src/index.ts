export { Vpgate, VpgateError, type ClientSettings, type WaitOptions } from "./client.js";
export { verifyReceipt, ReceiptError, type Receipt, type ReceiptParts } from "./receipt.js";
export { verifyWebhook, WebhookError, type VpgateEvent } from "./webhook.js";
export type { Begin, Begun, Presentation, Problem } from "./shapes.js";
