// The shapes of the REST API, generated from its document.
import type { components } from "./generated.js";

type Schemas = components["schemas"];

/** What `POST /v1/presentations` takes. */
export type Begin = Schemas["BeginPresentation"];
/** What it answers. */
export type Begun = Schemas["BegunPresentation"];
/** How a presentation stands, and what it proved. */
export type Presentation = Schemas["Presentation"];
/** Why a request was refused (RFC 9457). */
export type Problem = Schemas["ProblemDetails"];
