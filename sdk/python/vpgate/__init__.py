"""vpgate for relying parties: begin a presentation, wait for it, check a webhook, check a receipt."""

from .client import Vpgate, VpgateError
from .receipts import ReceiptError, verify_receipt
from .webhooks import WebhookError, verify_webhook

__all__ = ["ReceiptError", "Vpgate", "VpgateError", "WebhookError", "verify_receipt", "verify_webhook"]
