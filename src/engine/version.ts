/** The version of the tool, as it stands in every Report. A test compares it with package.json. */
export const TOOL_VERSION = '0.1.0';
