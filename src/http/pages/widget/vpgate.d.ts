/**
 * Types of the browser widget, `/vpgate.js`: the device grant (RFC 8628), run by a page for its visitor.
 *
 * ```html
 * <script src="https://verify.example.com/vpgate.js"></script>
 * ```
 * or, in a module, `import "https://verify.example.com/vpgate.js"`. Both define the global `VpGate`.
 *
 * The client is public (`authentication = "none"`), and its `origins` list the page's origin. A page with a
 * Content-Security-Policy allows the service in `script-src` and `connect-src`; nothing else is loaded.
 * Colours follow the page's `color-scheme`, and can be set on the element or above it:
 * `--vpgate-color`, `--vpgate-background`, `--vpgate-muted`, `--vpgate-border`, `--vpgate-accent`,
 * `--vpgate-on-accent`, `--vpgate-radius`, `--vpgate-font`.
 */
declare namespace VpGate {
  interface Options {
    /** Where the service is: `https://verify.example.com`. */
    authServiceUrl: string;
    /** The client that asks. */
    clientId: string;
    /** Scopes, separated by spaces; left out: all of the client's. */
    scope?: string;
    /** The side of the QR code in CSS pixels, 100 to 1000; 240 when left out. */
    size?: number;
    /** A QR code, or a button for the phone that shows the page; left out: by what shows the page. */
    display?: "qr" | "button";
    /** Ends it: the promise is rejected with `cancelled`, and the widget disappears. */
    signal?: AbortSignal;
    /**
     * The tag of a language that the pages have (`de`, `pt-BR`); left out: the `lang` of the element or of what it
     * stands in, then the languages of the browser. English where there is no other.
     */
    language?: string;
    /** Other words. */
    texts?: Partial<Record<TextName, string>>;
  }

  type TextName =
    | "title" | "preparing" | "scan" | "tap" | "open" | "picture" | "address" | "compare" | "number" | "left"
    | "offline" | "expired" | "denied" | "failed" | "done" | "retry" | "cancel";

  /** RFC 6749 section 5.1. Nothing is stored by the widget; the token is the caller's to keep safe. */
  interface Token {
    access_token: string;
    /** `Bearer`, in upper or lower case. */
    token_type: string;
    /** Seconds. */
    expires_in?: number;
    refresh_token?: string;
    scope?: string;
  }

  /** What a rejected promise holds. */
  class VpGateError extends Error {
    /**
     * - `cancelled`: by the person, the signal, another start in the element, or its removal.
     * - `access_denied`: the person declined, or what was shown does not earn a scope.
     * - `invalid_options`: an argument is missing or wrong.
     * - `invalid_response`: the service answered with something else than OAuth.
     * - any other error of RFC 6749 section 5.2, such as `invalid_client` or `invalid_scope`.
     */
    readonly code: string;
  }

  /**
   * Shows the widget in `element`, behind what is there, and resolves once a wallet has answered.
   *
   * It stays in the element with its last word, and goes when cancelled. An expired code does not end it:
   * the person may try again. Without a connection it goes on trying, more and more slowly. A second start
   * in the same element ends the first.
   *
   * Rejects with a {@link VpGateError}.
   */
  function start(element: Element, options: Options): Promise<Token>;
}
