/** What the rest of the interface may know of the backend. */
export type * from "./host";
export { asFailure, failure } from "./failure";
