// hey-api: types, functions, and zod on what is sent and what comes back.
export default {
  input: "./generated/openapi.json",
  output: { path: "generated/hey-api", importFileExtension: ".js" },
  plugins: ["@hey-api/typescript", "@hey-api/client-fetch", "zod", { name: "@hey-api/sdk", validator: true, auth: true }],
};
