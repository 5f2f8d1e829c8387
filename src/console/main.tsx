import { createDOMRenderer, RendererProvider } from "@fluentui/react-components";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiProblem } from "./api/call-api.ts";
import { App } from "./app.tsx";
import { startI18n } from "./i18n/start-i18n.ts";

/** The server writes a new nonce into every page; without it the policy would drop each style that Griffel adds. */
const nonce = document.querySelector<HTMLElement>("meta[property=csp-nonce]")?.nonce;
const renderer = createDOMRenderer(document, nonce ? { styleElementAttributes: { nonce } } : {});

/** The session is over: the page stays where it is, and asks to sign in again. */
const noticeSignedOut = (error: unknown) => {
  if (error instanceof ApiProblem && error.code === "unauthenticated") client.setQueryData(["me"], null);
};

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({ onError: noticeSignedOut }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // What the server refused will be refused again; what did not arrive may.
      retry: (failures, error) =>
        error instanceof ApiProblem && (error.status === 0 || error.status >= 500) && failures < 1,
    },
  },
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
await startI18n();
createRoot(root).render(
  <StrictMode>
    <RendererProvider renderer={renderer}>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </RendererProvider>
  </StrictMode>,
);
