/** Every route there is. What is not in this list is neither served nor described. */
import * as agents from "./agents.ts";
import * as agentUploads from "./agent-uploads.ts";
import * as audit from "./audit.ts";
import * as connections from "./connections.ts";
import * as consentPreview from "./consent-preview.ts";
import * as devices from "./devices.ts";
import * as files from "./files.ts";
import * as insights from "./insights.ts";
import * as logRequests from "./log-requests.ts";
import * as operations from "./operations.ts";
import type { Route } from "./route.ts";
import * as packs from "./packs.ts";
import * as reports from "./reports.ts";
import * as session from "./session.ts";
import * as system from "./system.ts";
import * as templates from "./templates.ts";
import * as tickets from "./tickets.ts";
import * as users from "./users.ts";

export const ROUTES: readonly Route[] = [
  tickets.createTicket,
  tickets.listTickets,
  tickets.getTicket,
  tickets.changeTicket,
  tickets.listTicketTimeline,
  tickets.putTicketByExternal,
  reports.listTicketReports,
  agentUploads.addExport,
  agentUploads.listAgentUploads,
  packs.readPack,
  connections.createWorkItem,
  logRequests.createLogRequest,
  logRequests.listLogRequests,
  logRequests.getLogRequest,
  logRequests.cancelLogRequest,
  logRequests.remindLogRequest,
  consentPreview.previewConsent,
  files.getFile,
  files.createDownloadUrl,
  files.readFileContent,
  files.removeFile,
  agents.listAgents,
  users.searchUsers,
  users.getUser,
  users.listUserInstallations,
  templates.listTemplates,
  templates.putTemplate,
  templates.deleteTemplate,
  insights.listCollectors,
  insights.getInsights,
  audit.listAuditEvents,
  system.getSystem,
  session.getMe,
  session.signIn,
  session.finishSignIn,
  session.signOut,
  users.putUser,
  users.createInstallationToken,
  users.putConsentText,
  devices.putInstallation,
  devices.deleteInstallation,
  devices.listMyLogRequests,
  devices.getMyLogRequest,
  devices.seeLogRequest,
  devices.snoozeLogRequest,
  devices.consentToLogRequest,
  devices.createUploadLinks,
  devices.completeUploads,
  devices.withdrawConsent,
  devices.getReceipt,
  reports.readReportTerms,
  reports.createCallSupportTicket,
  reports.createReport,
  reports.createReportUploadLinks,
  reports.completeReport,
  reports.withdrawReport,
  reports.getReportReceipt,
  operations.readFeed,
  operations.livez,
  operations.readyz,
  operations.metrics,
];
