/** Sent with the installation and written into exports; agents and operators see it. */
export const SDK_VERSION = "0.1.0";
